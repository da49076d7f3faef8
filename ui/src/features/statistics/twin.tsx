/** The numbers of a chart as a table, for those who do not see bars. */

import type { Bar } from "../../engines/charts/bars";
import { defaultForm, shortMoment } from "../../i18n/format";
import { t } from "../../i18n/text";
import type { Series } from "./chart";
import { type Line, lineValue } from "./line";

interface Props {
  readonly label: string;
  readonly bars: readonly Bar[];
  readonly series: readonly Series[];
  readonly line: Line | undefined;
}

export function Twin({ label, bars, series, line }: Props) {
  const form = defaultForm();
  const rows = bars.map((bar, at) => ({ bar, extra: lineValue(line, at) })).filter(({ bar }) => bar.total > 0);
  return (
    <div className="max-h-72 overflow-auto">
      <table aria-label={label} className="w-full border-separate border-spacing-0 text-left">
        <thead className="sticky top-0 bg-surface text-label text-muted">
          <tr>
            <th scope="col" className="h-8 px-2">
              {t("chart.from")}
            </th>
            {series.map(({ id, name }) => (
              <th key={id} scope="col" className="h-8 px-2 text-right">
                {name}
              </th>
            ))}
            <th scope="col" className="h-8 px-2 text-right">
              {t("chart.all")}
            </th>
            {line && (
              <th scope="col" className="h-8 px-2 text-right">
                {line.name}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ bar, extra }) => (
            <tr key={bar.from}>
              <th scope="row" className="h-7 border-border border-t px-2 font-normal">
                {shortMoment(new Date(bar.from).toISOString(), Date.now(), form)}
              </th>
              {series.map(({ id }) => (
                <td key={id} className="border-border border-t px-2 text-right">
                  {bar.parts.find((part) => part.series === id)?.value ?? 0}
                </td>
              ))}
              <td className="border-border border-t px-2 text-right font-semibold">{bar.total}</td>
              {line && <td className="border-border border-t px-2 text-right">{extra?.[1]}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p className="px-2 py-2 text-muted">{t("chart.nothing")}</p>}
    </div>
  );
}
