/** The lines of an execution's log as a page needs them: those in sight, and those that come while it runs. */

import { useEffect, useMemo, useState } from "react";
import { Problem } from "../../api/errors";
import { topics } from "../../api/events/protocol";
import { subscribe } from "../../api/events/stream";
import { type LogFilter, logWindow, type NumberedEntry } from "../../api/logs";
import { KeptLines } from "../../engines/logwindow/kept";
import { useAskAgain, useLine } from "../live/live";

/** Before a server that gave no answer is asked again. */
const AGAIN_MS = 2_000;

interface Log {
  readonly lines: KeptLines<NumberedEntry>;
  /** Grows with each answer: what is shown may be another. */
  readonly version: number;
  readonly error: Error | null;
  readonly retry: () => void;
}

/** What no second try mends. */
export function isFinal(error: unknown): boolean {
  return error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 429;
}

/** `first` is the line to begin at; null for the end. */
export function useLog(tenant: string, id: string, filter: LogFilter, first: number | null, isRunning: boolean): Log {
  const [version, setVersion] = useState(0);
  const [error, setError] = useState<Error | null>(null);
  const lines = useMemo(() => {
    const onChange = () => {
      setError(null);
      setVersion((before) => before + 1);
    };
    return new KeptLines((from, count) => logWindow(tenant, id, filter, from, count), {
      onChange,
      onError: (problem) => setError(problem instanceof Error ? problem : new Error(String(problem))),
    });
  }, [tenant, id, filter]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: where it begins is asked once for each log.
  useEffect(() => {
    lines.open(first);
    // Of a tab that nobody looks at nothing is drawn: it reads on when somebody does.
    const news = () => {
      if (document.visibilityState === "visible") lines.news();
    };
    const stop = subscribe(tenant, topics.logs(id), news);
    document.addEventListener("visibilitychange", news);
    return () => {
      document.removeEventListener("visibilitychange", news);
      stop();
      lines.close();
    };
  }, [lines]);
  useCatchUp(lines, isRunning);
  useEffect(() => {
    if (error === null || isFinal(error)) return;
    const timer = setTimeout(() => lines.news(), AGAIN_MS);
    return () => clearTimeout(timer);
  }, [error, lines]);
  return { lines, version, error, retry: () => lines.news() };
}

/** Reads on when the event stream begins, since lines may have come before; without a stream, every now and then. */
function useCatchUp(lines: KeptLines<NumberedEntry>, isRunning: boolean): void {
  const { state } = useLine();
  const isLive = state === "live";
  useEffect(() => {
    if (isLive && isRunning) lines.news();
  }, [isLive, isRunning, lines]);
  const askAgain = useAskAgain(isRunning);
  useEffect(() => {
    if (askAgain === false) return;
    const timer = setInterval(() => lines.news(), askAgain);
    return () => clearInterval(timer);
  }, [askAgain, lines]);
}
