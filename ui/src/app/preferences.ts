/** What a person prefers in this browser: theme, density, hidden columns. The address always wins over it. */

import { useSyncExternalStore } from "react";

export const THEMES = ["system", "light", "dark", "contrast"] as const;
export type Theme = (typeof THEMES)[number];

export interface Preferences {
  readonly theme: Theme;
  readonly isMenuSmall: boolean;
  readonly hasShortcuts: boolean;
  /** Columns that are hidden, by list. */
  readonly hidden: Readonly<Record<string, readonly string[]>>;
}

const KEY = "kapelle.preferences";
const STANDARD: Preferences = { theme: "system", isMenuSmall: false, hasShortcuts: true, hidden: {} };

const watchers = new Set<() => void>();
let current = read();

function read(): Preferences {
  try {
    return { ...STANDARD, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>) };
  } catch {
    return STANDARD;
  }
}

export function preferences(): Preferences {
  return current;
}

export function prefer(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // A browser that keeps nothing still shows what was chosen.
  }
  for (const watcher of watchers) watcher();
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(watch, preferences);
}

export function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

addEventListener("storage", (event) => {
  if (event.key !== KEY) return;
  current = read();
  for (const watcher of watchers) watcher();
});
