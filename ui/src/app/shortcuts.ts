/** The keys of the interface. Single letters are off where one types, and can be switched off altogether. */

import type { TextKey } from "../i18n/text";
import { preferences } from "./preferences";

export interface Shortcut {
  /** As it is shown: `g f`, `Ctrl+K`. */
  readonly keys: string;
  readonly what: TextKey;
}

/** All of them, for the help. Those of tables and tabs are heard where they belong. */
export const SHORTCUTS: readonly Shortcut[] = [
  { keys: "Ctrl+K", what: "keys.palette" },
  { keys: "/", what: "keys.filter" },
  { keys: "?", what: "keys.help" },
  { keys: "g f", what: "keys.flows" },
  { keys: "g e", what: "keys.executions" },
  { keys: "g d", what: "keys.home" },
  { keys: "g n", what: "keys.namespaces" },
  { keys: "g t", what: "keys.triggers" },
  { keys: "n", what: "keys.new" },
  { keys: "r", what: "keys.refresh" },
  { keys: "j k", what: "keys.rows" },
  { keys: "x", what: "keys.select" },
  { keys: "Space", what: "keys.peek" },
  { keys: "Enter", what: "keys.open" },
  { keys: "1 … 9", what: "keys.tabs" },
  { keys: "Shift+R", what: "keys.replay" },
  { keys: "Esc", what: "keys.back" },
];

export type Actions = Readonly<Record<string, () => void>>;

/** A second key of two has to follow soon. */
const SEQUENCE_MS = 1_000;

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Hears keys until the answer is called. Keys of actions: `g f`, `/`, `Ctrl+K`. */
export function listen(actions: Actions): () => void {
  let before = { key: "", at: 0 };
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.altKey) return;
    const isControl = event.ctrlKey || event.metaKey;
    const name = isControl ? `Ctrl+${event.key.toUpperCase()}` : event.key;
    if (!isControl && (isTyping(event.target) || !preferences().hasShortcuts)) return;
    if (!isControl && document.querySelector("[role=dialog],[role=menu]")) return;
    const sequence = event.timeStamp - before.at < SEQUENCE_MS ? `${before.key} ${name}` : name;
    const action = actions[sequence] ?? actions[name];
    before = { key: name, at: event.timeStamp };
    if (!action) return;
    event.preventDefault();
    before = { key: "", at: 0 };
    action();
  };
  addEventListener("keydown", onKey);
  return () => removeEventListener("keydown", onKey);
}

/** Moves into the table of the page: its first row, as long as no row has the focus. */
export function focusRows(): void {
  document.querySelector<HTMLElement>("main tbody tr[tabindex='0']")?.focus();
}

export function focusFilter(): boolean {
  const hasFilter = document.querySelector("main search input") !== null;
  if (hasFilter) dispatchEvent(new Event("kapelle:filter"));
  return hasFilter;
}

export function openTab(number: number): void {
  document
    .querySelectorAll<HTMLElement>("main nav a[data-tab]")
    .item(number - 1)
    ?.click();
}
