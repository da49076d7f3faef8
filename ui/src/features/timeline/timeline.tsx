/**
 * The task runs of an execution in time: rows that keys and screen readers know as a tree, and their bars on a canvas beside
 * them. Only what is seen is asked for and drawn.
 */

import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import type { TreeRow } from "../../api/taskruns";
import type { Execution } from "../../api/types";
import { isEnded } from "../../api/types";
import { type Stretch, whole } from "../../engines/timeline/axis";
import { TimelineView } from "../../engines/timeline/view";
import { t } from "../../i18n/text";
import { EmptyState, Failure, Skeleton } from "../../kit/page";
import { familyOf } from "../../kit/statemark";
import { useNow } from "../live/live";
import { asBar, nameOf } from "./asbar";
import { COLUMNS } from "./columns";
import { type Move, moveOf } from "./keys";
import { Line } from "./line";
import { type Branch, isSearching, opened, type Question, queryOf, shut } from "./question";
import { useRowFocus } from "./rowfocus";
import { useRows } from "./rows";
import { Ruler } from "./ruler";
import { Toolbar } from "./toolbar";

const ROW = 32;
const MARKS_MAX = 6;
const MARKS_MAX_NARROW = 2;
const NARROW = 900;
/** Browsers cap the height of elements. */
const ROWS_MAX = 400_000;

interface Props {
  readonly tenant: string;
  readonly execution: Execution;
  readonly question: Question;
  readonly onAsk: (question: Question) => void;
  readonly selected: string | undefined;
  readonly onSelect: (run: string) => void;
  readonly isClock: boolean;
  readonly onClock: (isClock: boolean) => void;
}

export function Timeline(props: Props) {
  const { tenant, execution, question, onAsk, selected, onSelect, isClock } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const focusRow = useRowFocus(scroller);
  const canvas = useRef<HTMLDivElement>(null);
  const view = useRef<TimelineView>(null);
  const [look, setLook] = useState<Stretch | null>(null);
  const [hasCritical, setCritical] = useState(true);
  const [active, setActive] = useState(0);
  const now = useNow(!isEnded(execution.state.current));
  const query = useMemo(() => queryOf(question), [question]);
  const [range, setRange] = useState<readonly [number, number]>([0, 0]);
  const seen = useRows(tenant, execution.id, query, ...range);
  const count = Math.min(seen.total, ROWS_MAX);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
    initialRect: { width: 600, height: 400 },
  });
  const items = virtual.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  if (first !== range[0] || last !== range[1]) setRange([first, last]);

  const begin = Date.parse(seen.extent.begin ?? execution.state.startDate);
  const all = whole(begin, seen.extent.end === null ? now : Date.parse(seen.extent.end));
  const origin = isClock ? new Date(begin).setHours(0, 0, 0, 0) : begin;
  const isNarrow = (scroller.current?.clientWidth ?? innerWidth) < NARROW;
  const marksMax = isNarrow ? MARKS_MAX_NARROW : MARKS_MAX;

  const isShown = seen.total > 0;
  useEffect(() => {
    if (!isShown || !canvas.current || !scroller.current) return;
    const made = new TimelineView(canvas.current, scroller.current, { onLook: setLook });
    view.current = made;
    return () => made.close();
  }, [isShown]);
  useEffect(() => {
    const bar = (index: number) => {
      const row = seen.row(index);
      return row && asBar(row, now, familyOf);
    };
    view.current?.show({ count, height: ROW, bar, all, origin, marksMax, hasCritical });
  });

  // What is looked for is found wherever it is, so nothing is folded then.
  const canFold = !isSearching(question);
  const fold = (row: TreeRow, branch: Branch | null) => {
    onAsk(branch === null ? shut(question, row) : opened(question, row, branch));
  };
  const act = (move: Move) => {
    const row = seen.row(active);
    if (move.kind === "zoom") view.current?.zoom(move.factor);
    else if (move.kind === "pan") view.current?.move(move.part);
    else if (move.kind === "fit") view.current?.fit();
    else if (move.kind === "go") {
      setActive(move.to);
      virtual.scrollToIndex(move.to);
      focusRow(move.to);
    } else if (row && move.kind === "select") onSelect(row.id);
    else if (row) fold(row, move.kind === "open" ? "" : null);
  };
  const onKey = (event: KeyboardEvent<HTMLDivElement>) => {
    if (!(event.target instanceof HTMLElement) || event.target.getAttribute("role") !== "row") return;
    const page = Math.max(1, Math.floor(event.currentTarget.clientHeight / ROW) - 1);
    const place = { at: Math.min(active, count - 1), count, page, row: seen.row, canFold };
    const move = event.ctrlKey || event.metaKey || event.altKey ? null : moveOf(event.key, event.shiftKey, place);
    if (!move) return;
    event.preventDefault();
    act(move);
  };

  return (
    <section aria-label={t("execution.tab.gantt")} className="flex min-h-0 min-w-0 flex-1 flex-col">
      <Toolbar
        question={question}
        onAsk={onAsk}
        found={seen.total}
        hasCritical={hasCritical}
        onCritical={setCritical}
        isClock={isClock}
        onClock={props.onClock}
        onZoom={(factor) => view.current?.zoom(factor)}
        onFit={() => view.current?.fit()}
      />
      {seen.error && <Failure error={seen.error} onRetry={seen.retry} />}
      {!seen.error && seen.isPending && <Skeleton awaited={t("execution.runs")} />}
      {!seen.error && !seen.isPending && !isShown && (
        <EmptyState title={t(isSearching(question) ? "gantt.none-match" : "execution.no-runs")} />
      )}
      {isShown && (
        <>
          <Ruler view={look ?? all} origin={origin} most={marksMax} isClock={isClock} />
          <div
            ref={scroller}
            role="treegrid"
            aria-label={t("execution.runs")}
            aria-rowcount={count}
            aria-colcount={3}
            onKeyDown={onKey}
            className="relative min-h-48 flex-1 overflow-y-auto overflow-x-hidden [container-type:size]"
          >
            <div aria-hidden className="pointer-events-none sticky top-0 z-10 h-0">
              <div className={COLUMNS}>
                <span />
                <div ref={canvas} className="h-[100cqh]" />
              </div>
            </div>
            {/* biome-ignore lint/a11y/useSemanticElements: rows of which only the seen are there make no table. */}
            <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
              {items.map(({ index, start }) => {
                const row = seen.row(index);
                return (
                  <Line
                    key={row?.id ?? index}
                    row={row}
                    index={index}
                    top={start}
                    now={now}
                    isActive={index === Math.min(active, count - 1)}
                    isSelected={row !== undefined && row.id === selected}
                    canFold={canFold}
                    branch={row && question.open.get(row.id)}
                    onFold={(branch) => row && fold(row, branch)}
                    onSelect={() => {
                      setActive(index);
                      if (row) onSelect(row.id);
                    }}
                    name={row ? nameOf(row) : ""}
                  />
                );
              })}
            </div>
          </div>
          {seen.total > ROWS_MAX && <p className="px-4 py-1 text-muted">{t("gantt.too-many", { most: ROWS_MAX })}</p>}
        </>
      )}
    </section>
  );
}
