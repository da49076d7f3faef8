/**
 * Two panes with a bar between them that can be dragged or moved by keys. On a phone they stand one over the other. A pane
 * alone has all the room; the other keeps what it holds.
 */

import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from "react";
import { t } from "../i18n/text";
import { classes } from "./classes";

interface Props {
  readonly first: ReactNode;
  readonly second: ReactNode;
  /** The part of the first pane at the beginning, in percent. */
  readonly share?: number;
  readonly alone?: "first" | "second" | undefined;
}

const LEAST = 15;
const clamp = (percent: number) => Math.min(100 - LEAST, Math.max(LEAST, percent));

export function SplitPane({ first, second, share = 50, alone }: Props) {
  const root = useRef<HTMLDivElement>(null);
  const [percent, setPercent] = useState(share);
  const onMove = (event: PointerEvent<HTMLElement>) => {
    const box = root.current?.getBoundingClientRect();
    if (!box || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    setPercent(clamp(((event.clientX - box.left) / box.width) * 100));
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -2, ArrowRight: 2 }[event.key];
    if (step !== undefined) setPercent(clamp(percent + step));
  };
  return (
    <div ref={root} className="flex h-full min-h-0 max-narrow:flex-col">
      <div
        hidden={alone === "second"}
        className={classes("min-w-0 overflow-auto max-narrow:w-auto!", alone === "first" && "flex-1")}
        style={{ width: `${percent}%` }}
      >
        {first}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a rule cannot be moved. */}
      <div
        role="separator"
        hidden={alone !== undefined}
        tabIndex={0}
        aria-label={t("kit.divider")}
        aria-orientation="vertical"
        aria-valuenow={Math.round(percent)}
        aria-valuemin={LEAST}
        aria-valuemax={100 - LEAST}
        onKeyDown={onKey}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={onMove}
        className="relative w-px shrink-0 cursor-col-resize bg-border after:absolute after:inset-y-0 after:-inset-x-1 hover:bg-accent max-narrow:hidden"
      />
      <div hidden={alone === "first"} className="min-w-0 flex-1 overflow-auto">
        {second}
      </div>
    </div>
  );
}
