/** Rows of a file as a table, with a head that stays. */

import { t } from "../../i18n/text";
import type { Grid } from "./content";

interface Props {
  readonly label: string;
  readonly grid: Grid;
  /** There are more rows than these. */
  readonly isCut: boolean;
}

export function GridTable({ label, grid: { head, body }, isCut }: Props) {
  return (
    <>
      <table aria-label={label} className="border-separate border-spacing-0">
        <thead className="sticky top-0 bg-surface">
          <tr>
            {head.map((cell, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns are told apart by their place alone.
              <th key={index} scope="col" className="h-8 whitespace-nowrap border-border border-b px-3 text-left">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {body.map((line, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines are told apart by their place alone.
            <tr key={at}>
              {head.map((_, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: as above.
                <td key={index} className="h-7 max-w-120 truncate border-border border-b px-3" title={line[index]}>
                  {line[index]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {isCut && <p className="px-3 py-2 text-muted">{t("file.first-rows", { count: body.length })}</p>}
    </>
  );
}
