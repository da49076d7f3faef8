/** One row of the timeline. Its bar is drawn on the canvas; the words of it are for those who do not see that. */

import { ChevronRight } from "lucide-react";
import { type ComponentProps, useMemo } from "react";
import type { TreeRow } from "../../api/taskruns";
import { timesOf } from "../../engines/timeline/bars";
import { count, defaultForm, duration } from "../../i18n/format";
import { t } from "../../i18n/text";
import { classes } from "../../kit/classes";
import { familyOf, StateMark } from "../../kit/statemark";
import { asBar } from "./asbar";
import { BranchMenu } from "./branchmenu";
import { COLUMNS } from "./columns";
import { countsInOrder } from "./counts";
import type { Branch } from "./question";

const DEPTH_MAX = 8;
const INDENT = 14;

interface Props {
  /** `undefined` while it is awaited. */
  readonly row: TreeRow | undefined;
  readonly name: string;
  readonly index: number;
  readonly top: number;
  readonly now: number;
  readonly isActive: boolean;
  readonly isSelected: boolean;
  readonly canFold: boolean;
  readonly branch: Branch | undefined;
  /** `null` shuts it. */
  readonly onFold: (branch: Branch | null) => void;
  readonly onSelect: () => void;
}

export function Line({ row, name, index, top, now, isActive, isSelected, canFold, ...rest }: Props) {
  const style = { transform: `translateY(${top}px)` };
  if (!row)
    return (
      // biome-ignore lint/a11y/useFocusableInteractive: a row that is not there yet cannot be reached.
      // biome-ignore lint/a11y/useSemanticElements: a row of a tree is no row of a table.
      <div role="row" aria-rowindex={index + 1} aria-busy className="absolute inset-x-0 h-8 px-4 py-2" style={style}>
        <Cell className="block h-4 w-40 animate-pulse rounded-control bg-hover" />
      </div>
    );
  const isGroup = row.children > 0;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a row of a tree is no row of a table.
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree hears the keys of its rows.
    <div
      role="row"
      tabIndex={isActive ? 0 : -1}
      aria-rowindex={index + 1}
      aria-level={row.depth + 1}
      aria-expanded={isGroup && canFold ? row.isOpen : undefined}
      aria-selected={isSelected}
      onClick={rest.onSelect}
      className={classes(
        COLUMNS,
        "absolute inset-x-0 h-8 cursor-pointer items-center -outline-offset-2 hover:bg-hover",
        isSelected && "bg-accent-soft",
      )}
      style={style}
    >
      <Name row={row} name={name} canFold={canFold} {...rest} />
      <Time row={row} now={now} />
    </div>
  );
}

function Cell(props: ComponentProps<"span">) {
  // biome-ignore lint/a11y/useFocusableInteractive: the row has the focus.
  // biome-ignore lint/a11y/useSemanticElements: a cell of a tree is no cell of a table.
  return <span role="gridcell" {...props} />;
}

type NameProps = Pick<Props, "name" | "canFold" | "branch" | "onFold"> & { readonly row: TreeRow };

function Name({ row, name, canFold, branch, onFold }: NameProps) {
  const isGroup = row.children > 0;
  return (
    <Cell
      className="flex min-w-0 items-center gap-1 pr-2"
      style={{ paddingInlineStart: Math.min(row.depth, DEPTH_MAX) * INDENT }}
    >
      {isGroup && canFold ? (
        <button
          type="button"
          tabIndex={-1}
          aria-label={t("gantt.fold", { name })}
          aria-expanded={row.isOpen}
          onClick={(event) => {
            event.stopPropagation();
            onFold(row.isOpen ? null : "");
          }}
          className="flex size-6 shrink-0 items-center justify-center"
        >
          <ChevronRight size={14} className={row.isOpen ? "rotate-90" : ""} />
        </button>
      ) : (
        <span className="w-6 shrink-0" />
      )}
      <StateMark state={row.state} isIconOnly />
      <span className="min-w-0 truncate font-mono text-code" title={name}>
        {row.taskId}
        {row.value !== null && <span className="text-muted"> {row.value}</span>}
      </span>
      {row.isLoop && <Counts row={row} />}
      {row.isLoop && canFold && <BranchMenu row={row} name={name} branch={branch} onFold={onFold} />}
    </Cell>
  );
}

function Counts({ row: { counts = {} } }: { readonly row: TreeRow }) {
  const form = useMemo(defaultForm, []);
  return (
    <span className="ml-auto flex shrink-0 gap-2 text-label text-muted max-narrow:hidden">
      {countsInOrder(counts).map(([state, number]) => (
        <span key={state} className="inline-flex items-center gap-0.5">
          {count(number, form)} <StateMark state={state} size={12} isIconOnly />
        </span>
      ))}
    </span>
  );
}

function Time({ row, now }: { readonly row: TreeRow; readonly now: number }) {
  const bar = asBar(row, now, familyOf);
  const took = duration(bar.end - bar.begin);
  const { waited, ran } = timesOf(bar);
  const words = [
    t("gantt.waited", { duration: duration(waited) }),
    t("gantt.ran", { duration: duration(ran) }),
    row.attempts > 1 && t("execution.attempts", { count: row.attempts }),
    row.isCritical && t("gantt.is-critical"),
    row.cause?.words,
  ];
  return (
    <>
      <Cell data-time="" className="h-full min-w-0 touch-pan-y" title={row.cause?.words}>
        <span className="sr-only">{words.filter(Boolean).join(", ")}</span>
      </Cell>
      <Cell className="truncate text-right max-narrow:sr-only">{took}</Cell>
    </>
  );
}
