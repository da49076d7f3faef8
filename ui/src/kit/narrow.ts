/** Whether the page is as narrow as what `max-narrow:` of the styles is for. */

import { useSyncExternalStore } from "react";

const query = () => matchMedia("(width < 900px)");

function watch(changed: () => void): () => void {
  const list = query();
  list.addEventListener("change", changed);
  return () => list.removeEventListener("change", changed);
}

export function useNarrow(): boolean {
  return useSyncExternalStore(watch, () => query().matches);
}
