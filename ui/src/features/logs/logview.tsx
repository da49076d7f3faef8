/** A log with its filters: only what is in sight is here, the server finds and counts, and the end is followed. */

import { ArrowDownToLine } from "lucide-react";
import { type KeyboardEvent, useCallback, useMemo, useRef } from "react";
import { t } from "../../i18n/text";
import { Banner } from "../../kit/banner";
import { Button } from "../../kit/button";
import { copy } from "../../kit/codeblock";
import { Failure, Skeleton } from "../../kit/page";
import { tellDone } from "../../kit/toast";
import { type LogShape, linkTo } from "./address";
import { ChosenLine } from "./chosenline";
import { LogBar } from "./logbar";
import { keyOf } from "./logkeys";
import { Stripes } from "./stripes";
import { useFinding } from "./usefinding";
import { isFinal, useLog } from "./uselog";
import { useWindow } from "./usewindow";

export interface LogOf {
  readonly tenant: string;
  readonly id: string;
  readonly isRunning: boolean;
  /** When it began: what relative times are counted from. */
  readonly start: string;
  readonly tasks: readonly string[];
  /** How many attempts a task had at most. */
  readonly attempts: number;
}

interface Props {
  readonly of: LogOf;
  readonly shape: LogShape;
  readonly onShape: (shape: LogShape) => void;
  /** The line that is meant, from 0. */
  readonly line: number | null;
  readonly onLine: (line: number | null, shape?: LogShape) => void;
}

export function LogView({ of, shape, onShape, line, onLine }: Props) {
  const { least, task, attempt } = shape.filter;
  // Another object with the same filter must not read the log again.
  const filter = useMemo(() => ({ least, task, attempt }), [least, task, attempt]);
  const log = useLog(of.tenant, of.id, filter, line, of.isRunning);
  const total = log.lines.total;
  const find = useFinding(of, filter, shape.text, total);
  const { root, log: view, unseen } = useWindow({ log, finding: find.finding, shape, start: of.start, line, onLine });
  const input = useRef<HTMLInputElement>(null);

  const step = useCallback(
    async (isBackwards: boolean) => {
      const found = await find.next(line ?? (isBackwards ? (total ?? 0) : -1), isBackwards);
      if (found !== null) onLine(found);
    },
    [find.next, line, total, onLine],
  );
  const onKey = (event: KeyboardEvent) => {
    const wanted = keyOf(event);
    if (!wanted || total === null) return;
    event.preventDefault();
    const from = line ?? view.current?.middle ?? 0;
    if (wanted.kind === "line") onLine(Math.max(0, Math.min(total - 1, from + wanted.by)));
    if (wanted.kind === "page") view.current?.page(wanted.by);
    if (wanted.kind === "begin") onLine(0);
    if (wanted.kind === "end") {
      onLine(null);
      view.current?.end();
    }
    if (wanted.kind === "match") void step(wanted.isBackwards);
    if (wanted.kind === "fold" && line !== null) view.current?.toggle(line);
    if (wanted.kind === "copy" && line !== null) void copy(linkTo(line)).then(() => tellDone(t("kit.copied")));
    if (wanted.kind === "find") input.current?.focus();
    if (wanted.kind === "leave") onLine(null);
  };

  if (log.error && total === null && isFinal(log.error)) return <Failure error={log.error} onRetry={log.retry} />;
  return (
    <section aria-label={t("logs.title")} className="flex h-[calc(100dvh-232px)] min-h-80 flex-none flex-col">
      <LogBar
        of={of}
        shape={shape}
        onShape={onShape}
        total={total}
        find={find}
        line={line}
        input={input}
        onStep={(isBackwards) => void step(isBackwards)}
        onLine={onLine}
      />
      {log.error && total !== null && isFinal(log.error) && <Banner kind="warning">{log.error.message}</Banner>}
      <div className="relative min-h-0 flex-1 border-border border-t">
        <div
          ref={root}
          role="log"
          aria-live="off"
          aria-label={t("logs.title")}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keys.
          tabIndex={0}
          onKeyDown={onKey}
          className="log-window h-full -outline-offset-2"
        />
        <Stripes lines={find.finding?.lines ?? []} total={total ?? 0} />
        {total === null && (
          <div className="absolute inset-0 bg-bg">
            <Skeleton awaited={t("logs.title")} />
          </div>
        )}
        {total === 0 && (
          <p className="absolute top-4 left-4 text-muted">
            {t(task === "" && attempt === null ? "logs.none" : "logs.none-match", { level: least })}
          </p>
        )}
        {unseen > 0 && (
          <span className="absolute right-6 bottom-3">
            <Button
              look="primary"
              icon={<ArrowDownToLine size={14} />}
              onClick={() => {
                onLine(null);
                view.current?.end();
              }}
            >
              {t("logs.unseen", { count: unseen })}
            </Button>
          </span>
        )}
      </div>
      {line !== null && total !== null && line < total && (
        <ChosenLine
          of={of}
          shape={shape}
          line={line}
          entry={log.lines.line(line)}
          onFold={() => view.current?.toggle(line)}
          onLine={onLine}
        />
      )}
    </section>
  );
}
