/**
 * The one table of all lists. The server sorts, filters and counts; this shows a page of rows with a head that stays,
 * selection, keys (`j` `k` `x` `Space` `Enter`, `Home`, `End`) and columns that can be hidden. On a phone rows become cards.
 */

import { ArrowDown, ArrowUp } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useRef } from "react";
import { t } from "../i18n/text";
import { Checkbox } from "./choices";
import { classes } from "./classes";

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  /** The server's name for the order by this column. */
  readonly sort?: string;
  readonly isNumber?: boolean;
  /** Takes what room is left. */
  readonly isWide?: boolean;
  /** Cannot be hidden: it names the row. */
  readonly isFixed?: boolean;
}

export interface Selection {
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
}

export interface Peek<Row> {
  /** The key of the row that is shown. */
  readonly shown: string | null;
  readonly onChange: (row: Row | null) => void;
}

interface Props<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly rowName: (row: Row) => string;
  readonly hidden?: readonly string[];
  /** `column:asc` or `column:desc`. */
  readonly sort?: string | undefined;
  readonly onSort?: (sort: string) => void;
  readonly selection?: Selection;
  readonly onOpen?: (row: Row) => void;
  /** Something beside the list shows the row, or no longer shows it. */
  readonly peek?: Peek<Row>;
  /** The list has the row no more: it is shown as it was last. */
  readonly isGone?: (row: Row) => boolean;
  /** What is shown is of before; something newer is on its way. */
  readonly isOld?: boolean;
}

export function toggled(chosen: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(chosen);
  if (!next.delete(key)) next.add(key);
  return next;
}

/** The order after a click on a column: newest and largest first, then the other way round. */
export function nextSort(present: string | undefined, column: string): string {
  return present === `${column}:desc` ? `${column}:asc` : `${column}:desc`;
}

function moveBy(row: HTMLElement, key: string): boolean {
  const rows = [...(row.parentElement?.children ?? [])] as HTMLElement[];
  const at = rows.indexOf(row);
  const target = { j: at + 1, ArrowDown: at + 1, k: at - 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[key];
  if (target === undefined) return false;
  rows[Math.min(rows.length - 1, Math.max(0, target))]?.focus();
  return true;
}

/** Whether a click is meant for the row, and not for something in it, nor the end of choosing text. */
function isOnRow({ target }: { readonly target: EventTarget }): boolean {
  const isChoosing = getSelection()?.isCollapsed === false;
  return !isChoosing && target instanceof Element && !target.closest("a, button, input, label, summary");
}

export function Table<Row>(props: Props<Row>) {
  const { label, columns, rows, rowKey, rowName, hidden = [], selection, onOpen, peek, isGone, isOld = false } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const shown = columns.filter((column) => column.isFixed || !hidden.includes(column.id));

  const onKey = (event: KeyboardEvent<HTMLTableRowElement>, row: Row) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    if (moveBy(event.currentTarget, event.key)) event.preventDefault();
    else if (event.key === "x" && selection) selection.onChange(toggled(selection.chosen, rowKey(row)));
    else if (event.key === "Enter" && onOpen) onOpen(row);
    else if (event.key === " " && peek) {
      event.preventDefault();
      peek.onChange(peek.shown === rowKey(row) ? null : row);
    } else if (event.key === "Escape" && peek && peek.shown !== null) peek.onChange(null);
  };

  return (
    <table
      aria-label={label}
      aria-busy={isOld}
      className={classes("w-full border-separate border-spacing-0 max-narrow:block", isOld && "opacity-60")}
    >
      <Head {...props} columns={shown} />
      <tbody ref={body} className="max-narrow:block">
        {rows.map((row, index) => {
          const key = rowKey(row);
          return (
            <tr
              key={key}
              tabIndex={index === 0 ? 0 : -1}
              onKeyDown={(event) => onKey(event, row)}
              onClick={peek && ((event) => isOnRow(event) && peek.onChange(row))}
              // What is shown beside the list follows the row.
              onFocus={(event) =>
                peek && peek.shown !== null && event.target === event.currentTarget && peek.onChange(row)
              }
              aria-current={peek && peek.shown === key ? "true" : undefined}
              aria-selected={selection ? selection.chosen.has(key) : undefined}
              className={classes(ROW, isGone?.(row) && "opacity-60")}
            >
              {selection && (
                <td className={classes(CELL, "w-10 max-narrow:w-auto")}>
                  <Checkbox
                    label={t("kit.select-row", { name: rowName(row) })}
                    isLabelHidden
                    checked={selection.chosen.has(key)}
                    onChange={() => selection.onChange(toggled(selection.chosen, key))}
                  />
                </td>
              )}
              {shown.map((column) => (
                <td key={column.id} className={classes(CELL, column.isWide && WIDE, column.isNumber && "text-right")}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

const ROW =
  "group -outline-offset-2 hover:bg-hover aria-[current=true]:bg-hover aria-selected:bg-accent-soft max-narrow:flex max-narrow:flex-wrap max-narrow:items-center max-narrow:gap-x-3 max-narrow:border-border max-narrow:border-b max-narrow:px-3 max-narrow:py-2";

const CELL =
  "h-8 touch:h-11 border-border border-b px-2 first:pl-4 last:pr-4 whitespace-nowrap max-narrow:h-auto! max-narrow:w-auto max-narrow:border-0 max-narrow:p-0! max-narrow:text-left max-narrow:empty:hidden";

/** It gets the room that others leave, and its text is cut there: a long one does not make the page wider. */
const WIDE =
  "w-full min-w-28 max-w-0 truncate max-narrow:min-w-0 max-narrow:max-w-full max-narrow:whitespace-normal max-narrow:break-words";

function Head<Row>({ columns, rows, rowKey, sort, onSort, selection }: Props<Row>) {
  const keys = rows.map(rowKey);
  const all = keys.length > 0 && keys.every((key) => selection?.chosen.has(key));
  const some = keys.some((key) => selection?.chosen.has(key));
  return (
    <thead className="sticky top-12 z-10 bg-surface max-narrow:sr-only">
      <tr>
        {selection && (
          <th scope="col" className={HEAD}>
            <Checkbox
              label={t("kit.select-page")}
              isLabelHidden
              checked={all ? true : some ? "indeterminate" : false}
              onChange={() => selection.onChange(all ? new Set() : new Set(keys))}
            />
          </th>
        )}
        {columns.map((column) => (
          <th
            key={column.id}
            scope="col"
            aria-sort={order(column, sort)}
            className={classes(HEAD, column.isNumber ? "text-right" : "text-left")}
          >
            {column.sort && onSort ? (
              <button
                type="button"
                onClick={() => onSort(nextSort(sort, column.sort ?? ""))}
                className="inline-flex h-6 items-center gap-1 hover:text-text"
              >
                {column.title}
                {sort === `${column.sort}:desc` && <ArrowDown size={12} aria-hidden />}
                {sort === `${column.sort}:asc` && <ArrowUp size={12} aria-hidden />}
              </button>
            ) : (
              column.title
            )}
          </th>
        ))}
      </tr>
    </thead>
  );
}

const HEAD =
  "h-8 border-border border-y px-2 font-semibold text-label text-muted whitespace-nowrap first:pl-4 last:pr-4";

function order<Row>(column: Column<Row>, sort: string | undefined): "ascending" | "descending" | undefined {
  if (!column.sort || !sort?.startsWith(`${column.sort}:`)) return undefined;
  return sort.endsWith(":asc") ? "ascending" : "descending";
}
