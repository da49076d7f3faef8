/** What is made anew from very many things is read again with pauses that are longer than the reading. */

import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { subscribe } from "../../api/events/stream";
import { useAskAgain, useLine } from "../live/live";

/** Changes that come together are read once. */
const GATHER_MS = 250;
/** The server rests so much longer than it worked. */
const REST = 4;

/** Reads these queries again when something of the topic changes; never while it is still reading. */
export function useGently(tenant: string, topic: string, key: QueryKey, isMoving: boolean): void {
  const queries = useQueryClient();
  const askAgain = useAskAgain(isMoving);
  const isLive = useLine().state === "live";
  const stableKey = JSON.stringify(key);
  const readSoon = useRef(() => {});
  useEffect(() => {
    const queryKey = JSON.parse(stableKey) as QueryKey;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isStopped = false;
    let took = 0;
    let isReading = false;
    let isChanged = false;
    const read = async () => {
      timer = undefined;
      isReading = true;
      isChanged = false;
      const begin = performance.now();
      await queries.invalidateQueries({ queryKey });
      took = performance.now() - begin;
      isReading = false;
      if (isChanged) soon();
    };
    const soon = () => {
      isChanged = true;
      if (isReading || isStopped) return;
      timer ??= setTimeout(() => void read(), Math.max(GATHER_MS, took * REST));
    };
    readSoon.current = soon;
    const stop = subscribe(tenant, topic, soon);
    return () => {
      isStopped = true;
      clearTimeout(timer);
      stop();
    };
  }, [tenant, topic, stableKey, queries]);
  // Apart from the above, so that what is to be read yet is read also when asking ends.
  useEffect(() => {
    if (askAgain === false) return;
    const asking = setInterval(() => readSoon.current(), askAgain);
    return () => clearInterval(asking);
  }, [askAgain]);
  useEffect(() => {
    if (isLive && isMoving) readSoon.current();
  }, [isLive, isMoving]);
}
