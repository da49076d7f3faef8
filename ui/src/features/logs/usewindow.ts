/** The window on a log, fed with its lines. */

import { type RefObject, useEffect, useRef, useState } from "react";
import type { NumberedEntry } from "../../api/logs";
import type { KeptLines } from "../../engines/logwindow/kept";
import { LogWindow } from "../../engines/logwindow/logwindow";
import { folded, type Mark } from "../../engines/logwindow/message";
import { defaultForm, elapsed, type Form, logMoment } from "../../i18n/format";
import { t } from "../../i18n/text";
import type { LogShape, TimeForm } from "./address";
import type { Finding } from "./finding";

interface Wanted {
  readonly log: { readonly lines: KeptLines<NumberedEntry>; readonly version: number };
  readonly finding: Finding | null;
  readonly shape: LogShape;
  readonly start: string;
  readonly line: number | null;
  readonly onLine: (line: number) => void;
}

const NO_MARKS: readonly Mark[] = [];

/** When a line was said, in the form that is wanted; the line before may not be here. */
function timeOf(form: TimeForm, own: string, start: string, before: string | undefined, local: Form): string {
  if (form === "absolute") return logMoment(own, local);
  const since = form === "relative" ? start : before;
  return since === undefined ? "" : elapsed(Date.parse(own) - Date.parse(since));
}

export function useWindow({ log: { lines, version }, finding, shape, start, line, onLine }: Wanted) {
  const root = useRef<HTMLDivElement>(null);
  const log = useRef<LogWindow>(null);
  const [unseen, setUnseen] = useState(0);
  const choose = useRef(onLine);
  choose.current = onLine;
  const { time, isWrapped } = shape;
  useEffect(() => {
    if (!root.current) return;
    const words = { fold: t("logs.fold"), unfold: (count: number) => t("logs.unfold", { count }) };
    const made = new LogWindow(root.current, words, {
      onUnseen: setUnseen,
      onSight: (first, end) => lines.see(first, end),
      onChoose: (chosen) => choose.current(chosen),
    });
    log.current = made;
    return () => made.close();
  }, [lines]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version is another log to show.
  useEffect(() => {
    const local = defaultForm();
    log.current?.wrap(isWrapped);
    if (lines.total === null) return;
    log.current?.show({
      count: lines.total,
      line: (index) => {
        const entry = lines.line(index);
        if (!entry) return undefined;
        const { timestamp, level, taskId = "", message } = entry;
        const before = time === "delta" ? lines.line(index - 1)?.timestamp : undefined;
        const marks = finding?.marks(index) ?? NO_MARKS;
        return { time: timeOf(time, timestamp, start, before, local), level, task: taskId, message, marks };
      },
    });
  }, [lines, version, finding, finding?.lines, time, isWrapped, start]);
  const isHere = lines.total !== null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: other lines have another window.
  useEffect(() => {
    if (!isHere || !log.current) return;
    if (line === null) log.current.choose(null);
    else log.current.go(line);
  }, [line, isHere, lines]);
  useUnfoldedMatch(log, lines.line(line ?? -1), finding);
  return { root, log, unseen };
}

/** What matches is to be seen, also where it is folded away; whoever folds it again has the last word. */
function useUnfoldedMatch(log: RefObject<LogWindow | null>, entry: NumberedEntry | undefined, finding: Finding | null) {
  const marks = entry && finding?.marks(entry.line);
  const head = entry && folded(entry.message);
  const isHidden = head !== undefined && marks?.every(([, end]) => end > head.text.length) && head.folded > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a line that is read again is still the same.
  useEffect(() => {
    if (isHidden && entry) log.current?.unfold(entry.line);
  }, [isHidden, entry?.line, log]);
}
