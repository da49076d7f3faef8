/** Tabs that are addresses: each is a link, so it can be opened elsewhere, and the arrow keys move between them. */

import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";

interface Props {
  readonly label: string;
  /** Links with `aria-current="page"` on the one that is shown. */
  readonly children: ReactNode;
}

export const TAB =
  "inline-flex h-9 touch:h-11 shrink-0 items-center border-b-2 border-transparent px-3 text-muted hover:text-text aria-[current=page]:border-accent aria-[current=page]:text-text aria-[current=page]:font-semibold";

export function Tabs({ label, children }: Props) {
  const row = useRef<HTMLElement>(null);
  useEffect(() => {
    row.current?.querySelector("[aria-current=page]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, []);
  const onKey = (event: KeyboardEvent<HTMLElement>) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    const links = [...event.currentTarget.querySelectorAll<HTMLElement>("a")];
    const at = links.indexOf(document.activeElement as HTMLElement);
    links[(at + step + links.length) % links.length]?.focus();
  };
  return (
    <nav
      ref={row}
      aria-label={label}
      onKeyDown={onKey}
      className="-mb-px flex overflow-x-auto border-border border-b px-4 max-narrow:px-2"
    >
      {children}
    </nav>
  );
}
