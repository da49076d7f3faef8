/** Short words about what was done. What failed stays until it is closed; screen readers hear all of them. */

import { CircleCheck, OctagonX, X } from "lucide-react";
import { Toast as Radix } from "radix-ui";
import { useSyncExternalStore } from "react";
import { t } from "../i18n/text";
import { IconButton } from "./button";

interface Note {
  readonly id: number;
  readonly text: string;
  readonly details: readonly string[];
  readonly isFailure: boolean;
}

const SHOWN_MS = 5_000;
let notes: readonly Note[] = [];
let last = 0;
const watchers = new Set<() => void>();

function become(next: readonly Note[]): void {
  notes = next;
  for (const watcher of watchers) watcher();
}

function say(text: string, isFailure: boolean, details: readonly string[]): void {
  last += 1;
  become([...notes.slice(-3), { id: last, text, isFailure, details }]);
}

export function tellDone(text: string): void {
  say(text, false, []);
}

/** Takes failures away: something is tried anew, and they are of before. */
export function forgetFailures(): void {
  become(notes.filter(({ isFailure }) => !isFailure));
}

/** Shows what the server said. */
export function tellFailure(error: unknown): void {
  const details = error instanceof Error && "violations" in error ? (error.violations as { message: string }[]) : [];
  const text = error instanceof Error ? error.message : String(error);
  say(
    text,
    true,
    details.map(({ message }) => message).filter((message) => !text.includes(message)),
  );
}

const subscribe = (watcher: () => void) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};

export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => notes);
  return (
    <Radix.Provider label={t("kit.notice")}>
      {shown.map((note) => (
        <Radix.Root
          key={note.id}
          type={note.isFailure ? "foreground" : "background"}
          duration={note.isFailure ? Number.POSITIVE_INFINITY : SHOWN_MS}
          onOpenChange={(open) => !open && become(notes.filter((other) => other.id !== note.id))}
          className="flex items-start gap-2 rounded-panel border border-border bg-bg py-2 pr-1 pl-3 shadow-over"
        >
          {note.isFailure ? (
            <OctagonX size={16} aria-hidden className="mt-1.5 shrink-0 text-failed" />
          ) : (
            <CircleCheck size={16} aria-hidden className="mt-1.5 shrink-0 text-success" />
          )}
          <Radix.Description className="max-h-48 min-w-0 flex-1 overflow-auto whitespace-pre-wrap break-words py-1">
            {note.text}
            {note.details.map((detail) => (
              <span key={detail} className="block text-muted">
                {detail}
              </span>
            ))}
          </Radix.Description>
          <Radix.Close asChild>
            <IconButton label={t("kit.close")} icon={<X size={14} />} />
          </Radix.Close>
        </Radix.Root>
      ))}
      <Radix.Viewport
        label={`${t("kit.notice")} ({hotkey})`}
        className="fixed right-3 bottom-3 z-60 flex w-[min(420px,calc(100vw-24px))] flex-col gap-2 outline-none"
      />
    </Radix.Provider>
  );
}
