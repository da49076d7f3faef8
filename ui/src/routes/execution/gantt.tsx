/** The task runs in time: a row for each, children below their parents, waiting hatched and running solid. */

import { Link, useSearch } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useMemo, useState } from "react";
import type { Execution, State, TaskRun } from "../../api/types";
import { isEnded, STATES } from "../../api/types";
import { bars, type Extent, extent, marks, type Row, type Run, rows } from "../../engines/timeline/rows";
import { useNow } from "../../features/live/live";
import { duration } from "../../i18n/format";
import { t } from "../../i18n/text";
import { classes } from "../../kit/classes";
import { LINK } from "../../kit/link";
import { EmptyState } from "../../kit/page";
import { familyOf, StateMark } from "../../kit/statemark";
import { VirtualList } from "../../kit/virtuallist";

const MARKS_MAX = 6;

function asRun({ id, parentTaskRunId, taskId, value, state }: TaskRun, now: number): Run {
  const ran = state.histories?.find((one) => one.state === "RUNNING")?.date;
  return {
    id,
    parent: parentTaskRunId,
    task: taskId,
    value,
    state: state.current,
    begin: Date.parse(state.startDate),
    end: state.endDate ? Date.parse(state.endDate) : now,
    ran: ran === undefined ? undefined : Date.parse(ran),
  };
}

interface Props {
  readonly tenant: string;
  readonly execution: Execution;
}

/** `?state=FAILED`: only task runs in this state. */
function useWantedState(): State | undefined {
  const { state } = useSearch({ strict: false });
  return STATES.find((one) => one === state);
}

export function ExecutionGantt({ execution }: Props) {
  const wanted = useWantedState();
  const now = useNow(!isEnded(execution.state.current));
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const runs = useMemo(
    () =>
      (execution.taskRunList ?? [])
        .filter(({ state }) => wanted === undefined || state.current === wanted)
        .map((run) => asRun(run, now)),
    [execution.taskRunList, now, wanted],
  );
  const shown = useMemo(() => rows(runs, folded), [runs, folded]);
  const whole = extent(runs);
  if (runs.length === 0 && wanted === undefined) return <EmptyState title={t("execution.no-runs")} />;
  const fold = (id: string) => {
    const next = new Set(folded);
    if (!next.delete(id)) next.add(id);
    setFolded(next);
  };
  return (
    <section aria-label={t("execution.tab.gantt")} className="flex min-h-0 flex-1 flex-col">
      {wanted && (
        <p className="flex items-center gap-3 px-4 py-2 max-narrow:px-3">
          <StateMark state={wanted} />
          <span className="text-muted">{t("gantt.only", { count: runs.length })}</span>
          <Link to="." search={{}} className={LINK}>
            {t("gantt.all")}
          </Link>
        </p>
      )}
      <Ruler whole={whole} />
      <VirtualList
        label={t("execution.runs")}
        count={shown.length}
        rowHeight={32}
        className={classes("min-h-48 overflow-auto", wanted ? "h-[calc(100dvh-300px)]" : "h-[calc(100dvh-260px)]")}
        row={(index) => {
          const row = shown[index];
          return row ? <Line row={row} whole={whole} execution={execution} onFold={() => fold(row.run.id)} /> : null;
        }}
      />
    </section>
  );
}

const COLUMNS = "grid grid-cols-[minmax(140px,280px)_1fr_84px] max-narrow:grid-cols-[130px_1fr_72px]";

function Ruler({ whole }: { readonly whole: Extent }) {
  const length = whole.end - whole.begin;
  return (
    <div
      aria-hidden
      className={classes(COLUMNS, "h-8 items-center border-border border-b px-4 text-label text-muted max-narrow:px-3")}
    >
      <span>{t("gantt.task")}</span>
      <span className="relative h-4 overflow-hidden">
        {marks(whole, MARKS_MAX).map((mark) => (
          <span
            key={mark}
            className="absolute border-border border-l pl-1"
            style={{ left: `${(mark / length) * 100}%` }}
          >
            {duration(mark)}
          </span>
        ))}
      </span>
      <span className="text-right">{t("executions.duration")}</span>
    </div>
  );
}

interface LineProps {
  readonly row: Row;
  readonly whole: Extent;
  readonly execution: Execution;
  readonly onFold: () => void;
}

function Line({ row: { run, depth, hasChildren, isFolded }, whole, onFold }: LineProps) {
  const state = run.state as State;
  const name = run.value === undefined ? run.task : `${run.task} ${run.value}`;
  return (
    <div className={classes(COLUMNS, "h-8 items-center px-4 hover:bg-hover max-narrow:px-3")}>
      <span className="flex min-w-0 items-center gap-1" style={{ paddingInlineStart: Math.min(depth, 8) * 12 }}>
        {hasChildren ? (
          <button
            type="button"
            aria-expanded={!isFolded}
            aria-label={t("gantt.fold", { name })}
            onClick={onFold}
            className="flex size-6 shrink-0 items-center justify-center"
          >
            <ChevronRight size={14} className={isFolded ? "" : "rotate-90"} />
          </button>
        ) : (
          <span className="w-6 shrink-0" />
        )}
        <StateMark state={state} isIconOnly />
        <Link to="." search={{ run: run.id }} className="truncate font-mono text-code" title={name}>
          {run.task}
          {run.value !== undefined && <span className="text-muted"> {run.value}</span>}
        </Link>
      </span>
      <span className="relative h-4">
        {bars(run, whole).map((bar) => (
          <span
            key={bar.kind}
            className={classes("absolute inset-y-0 rounded-[2px]", bar.kind === "waited" && "bar-waited")}
            style={{
              left: `${bar.left}%`,
              width: `max(2px, ${bar.width}%)`,
              color: `var(--state-${familyOf(state)})`,
              ...(bar.kind === "ran" ? { background: "currentColor" } : {}),
            }}
          />
        ))}
      </span>
      <span className="truncate text-right">{duration(run.end - run.begin)}</span>
    </div>
  );
}
