/** The state of an execution or a task run: an icon and a word. The colour only helps. */

import {
  ArrowLeftToLine,
  Ban,
  Bug,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CirclePlay,
  CornerDownLeft,
  createLucideIcon,
  History,
  Hourglass,
  LogIn,
  type LucideIcon,
  RefreshCw,
  SkipForward,
  SquareStop,
  TriangleAlert,
} from "lucide-react";
import type { State } from "../api/types";
import { t } from "../i18n/text";
import { classes } from "./classes";

/** A cross in an octagon. The outline comes first, so that it can be filled without covering the cross. */
export const FailedIcon = createLucideIcon("failed", [
  ["path", { d: "M8 2h8l6 6v8l-6 6H8l-6-6V8z", key: "outline" }],
  ["path", { d: "m15 9-6 6", key: "down" }],
  ["path", { d: "m9 9 6 6", key: "up" }],
]);

export type Family = "success" | "warning" | "failed" | "stopped" | "running" | "paused" | "waiting" | "muted";

interface Look {
  readonly family: Family;
  readonly icon: LucideIcon;
  /** Filled means that it is over. */
  readonly isFilled?: boolean;
  readonly motion?: string;
}

const LOOKS: Readonly<Record<State, Look>> = {
  SUCCESS: { family: "success", icon: CircleCheck, isFilled: true },
  WARNING: { family: "warning", icon: TriangleAlert, isFilled: true },
  RETRYING: { family: "warning", icon: RefreshCw, motion: "animate-spin" },
  FAILED: { family: "failed", icon: FailedIcon, isFilled: true },
  KILLED: { family: "stopped", icon: SquareStop, isFilled: true },
  KILLING: { family: "stopped", icon: SquareStop, motion: "animate-pulse" },
  CANCELLED: { family: "stopped", icon: Ban },
  RUNNING: { family: "running", icon: CirclePlay, motion: "animate-pulse" },
  PAUSED: { family: "paused", icon: CirclePause },
  BREAKPOINT: { family: "paused", icon: Bug },
  CREATED: { family: "waiting", icon: CircleDashed },
  SUBMITTED: { family: "waiting", icon: LogIn },
  QUEUED: { family: "waiting", icon: Hourglass },
  RESTARTED: { family: "waiting", icon: ArrowLeftToLine },
  SKIPPED: { family: "muted", icon: SkipForward },
  RETRIED: { family: "muted", icon: History },
  RESUBMITTED: { family: "muted", icon: CornerDownLeft },
};

const COLOURS: Readonly<Record<Family, string>> = {
  success: "text-success",
  warning: "text-warning",
  failed: "text-failed",
  stopped: "text-stopped",
  running: "text-running",
  paused: "text-paused",
  waiting: "text-waiting",
  muted: "text-faint",
};

export function familyOf(state: State): Family {
  return LOOKS[state].family;
}

export function stateWord(state: State): string {
  return t(`state.${state}`);
}

interface Props {
  readonly state: State;
  readonly size?: number;
  /** The word is for screen readers alone. */
  readonly isIconOnly?: boolean;
}

export function StateMark({ state, size = 16, isIconOnly = false }: Props) {
  const { icon: Icon, isFilled = false, motion, family } = LOOKS[state];
  return (
    <span
      className="inline-flex items-center gap-1.5 whitespace-nowrap align-middle"
      title={isIconOnly ? stateWord(state) : undefined}
    >
      <Icon
        size={size}
        aria-hidden
        strokeWidth={isFilled ? 2.25 : 2}
        className={classes("shrink-0", COLOURS[family], isFilled && "state-filled", motion)}
      />
      <span className={isIconOnly ? "sr-only" : undefined}>{stateWord(state)}</span>
    </span>
  );
}
