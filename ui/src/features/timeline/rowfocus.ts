/** The focus on rows that may still have to be made, or loaded: it arrives when the row does. */

import { type RefObject, useEffect, useRef } from "react";

/** What gives the focus to the row of this index, now or as soon as it is there. */
export function useRowFocus(rows: RefObject<HTMLElement | null>): (index: number) => void {
  const awaited = useRef<number | null>(null);
  const settle = () => {
    if (awaited.current === null || !rows.current) return;
    const { activeElement, body } = document;
    // Whoever went elsewhere meanwhile is not called back.
    if (activeElement !== body && !rows.current.contains(activeElement)) awaited.current = null;
    const row = rows.current.querySelector<HTMLElement>(
      `[aria-rowindex="${(awaited.current ?? -1) + 1}"]:not([aria-busy])`,
    );
    if (!row) return;
    awaited.current = null;
    row.focus({ preventScroll: true });
  };
  useEffect(settle);
  return (index) => {
    awaited.current = index;
    settle();
  };
}
