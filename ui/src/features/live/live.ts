/** Pages that stay as they are on the server: what changes is read again, at most a few times in a second. */

import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import type { Line } from "../../api/events/protocol";
import { currentLine, subscribe, watchLine } from "../../api/events/stream";

/** Changes that come together are read once. */
const GATHER_MS = 250;
/** The same for figures over many things, which cost more and matter less from moment to moment. */
export const STATISTICS_MS = 2_000;
/** How often a page asks a server that has no event stream. */
const ASK_MS = 2_000;

export function useLine(): Line {
  return useSyncExternalStore(watchLine, currentLine);
}

/** Reads these queries again when something of the topic changes. */
export function useTopic(tenant: string, topic: string, key: QueryKey, gatherMs = GATHER_MS): void {
  const queries = useQueryClient();
  const stableKey = JSON.stringify(key);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = subscribe(tenant, topic, () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void queries.invalidateQueries({ queryKey: JSON.parse(stableKey) as QueryKey });
      }, gatherMs);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [tenant, topic, stableKey, gatherMs, queries]);
}

/**
 * Reads these queries once more when both the event stream has begun and something moves: it may have moved between the
 * answer that is shown and the beginning of the stream, which tells only what comes after.
 */
export function useCatchUp(key: QueryKey, isMoving: boolean): void {
  const queries = useQueryClient();
  const isLive = useLine().state === "live";
  const stableKey = JSON.stringify(key);
  useEffect(() => {
    if (isLive && isMoving) void queries.invalidateQueries({ queryKey: JSON.parse(stableKey) as QueryKey });
  }, [isLive, isMoving, stableKey, queries]);
}

/** For queries of things that move: how often to ask while the server tells nothing by itself. */
export function useAskAgain(isMoving: boolean): number | false {
  const { state } = useLine();
  return isMoving && state !== "live" && state !== "signed-out" ? ASK_MS : false;
}

const tickers = new Set<(now: number) => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function tick(): void {
  if (document.visibilityState === "hidden") return;
  const now = Date.now();
  for (const ticker of tickers) ticker(now);
}

/** The time, each second while something moves. One timer serves the page, and nothing ticks in hidden tabs. */
export function useNow(isMoving: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isMoving) return;
    tickers.add(setNow);
    timer ??= setInterval(tick, 1_000);
    return () => {
      tickers.delete(setNow);
      if (tickers.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }, [isMoving]);
  return now;
}
