/** The lines of an execution's log: what is there, and what comes while it runs and the page is looked at. */

import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { address, of } from "../../api/client";
import { EventReader } from "../../api/events/sse";
import { logs } from "../../api/executions";
import { QUIET } from "../../api/quiet";
import type { LogEntry } from "../../api/types";

/** Lines that come together are shown together. */
const GATHER_MS = 100;
/** Before a stream that broke is begun anew. */
const AGAIN_MS = 2_000;

async function follow(url: string, signal: AbortSignal, onLine: (line: LogEntry) => void): Promise<void> {
  const response = await fetch(url, { ...QUIET, headers: { accept: "text/event-stream" }, signal });
  if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
  const pieces = response.body.getReader();
  const decoder = new TextDecoder();
  const reader = new EventReader();
  for (;;) {
    const { done, value } = await pieces.read();
    if (done) return;
    for (const event of reader.read(decoder.decode(value, { stream: true }))) {
      // The first event is a stub that only says that the stream is there.
      if (event.id !== "start") onLine(JSON.parse(event.data) as LogEntry);
    }
  }
}

interface Wanted {
  readonly url: string;
  /** A stream that breaks is begun anew while this holds. */
  readonly isRunning: () => boolean;
  readonly show: (lines: readonly LogEntry[]) => void;
  readonly onEnd: () => void;
}

/**
 * Follows a log until the server ends it, which is a moment after the execution: its last lines come last. Each try
 * tells everything from the beginning. The answer stops it.
 */
function tail({ url, isRunning, show, onEnd }: Wanted): () => void {
  const abort = new AbortController();
  const { signal } = abort;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const once = async () => {
    const lines: LogEntry[] = [];
    const flush = () => {
      clearTimeout(timer);
      timer = undefined;
      show([...lines]);
    };
    try {
      await follow(url, signal, (line) => {
        lines.push(line);
        timer ??= setTimeout(flush, GATHER_MS);
      });
    } catch {
      // What was shown stays; what is missing comes with the next try, or when all is read at the end.
    }
    if (timer !== undefined && !signal.aborted) flush();
  };
  const run = async () => {
    await once();
    while (!signal.aborted && isRunning()) {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      if (!signal.aborted) await once();
    }
    if (!signal.aborted) onEnd();
  };
  void run();
  return () => {
    clearTimeout(timer);
    abort.abort();
  };
}

interface Tail {
  readonly lines: readonly LogEntry[];
  readonly isPending: boolean;
  readonly error: Error | null;
}

/** Browsers allow few lines to a server, so a tab that nobody looks at holds none. */
function useIsVisible(): boolean {
  return useSyncExternalStore(watchVisibility, () => document.visibilityState === "visible");
}

function watchVisibility(watcher: () => void): () => void {
  document.addEventListener("visibilitychange", watcher);
  return () => document.removeEventListener("visibilitychange", watcher);
}

export function useTail(tenant: string, id: string, isRunning: boolean): Tail {
  const read = useQuery(logs(tenant, id));
  const [streamed, setStreamed] = useState<readonly LogEntry[] | null>(null);
  const stop = useRef<(() => void) | null>(null);
  const running = useRef(isRunning);
  running.current = isRunning;
  const { refetch } = read;
  const isVisible = useIsVisible();
  useEffect(() => {
    if (!isVisible) {
      stop.current?.();
      stop.current = null;
    }
    if (!isVisible || !isRunning || stop.current) return;
    stop.current = tail({
      url: address(of(tenant, "logs", id, "follow"), [["minLevel", "TRACE"]]),
      isRunning: () => running.current,
      show: setStreamed,
      onEnd: () => {
        stop.current = null;
        void refetch().then(() => setStreamed(null));
      },
    });
  }, [tenant, id, isRunning, isVisible, refetch]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another execution has another stream.
  useEffect(
    () => () => {
      stop.current?.();
      stop.current = null;
      setStreamed(null);
    },
    [tenant, id],
  );
  const known = read.data ?? [];
  const lines = streamed && streamed.length >= known.length ? streamed : known;
  return { lines, isPending: read.isPending, error: read.error };
}
