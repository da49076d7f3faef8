/** How long an execution took, as a bar beside what its flow usually takes. */

import type { StateInfo } from "../../api/types";
import { isEnded } from "../../api/types";
import { duration } from "../../i18n/format";
import { t } from "../../i18n/text";
import { familyOf } from "../../kit/statemark";
import { useNow } from "../live/live";
import { milliseconds } from "../live/moments";

/** The part of the bar that is full: its middle is the usual time, its end twice as much and more. */
export function share(took: number, usual: number): number {
  if (usual <= 0) return took > 0 ? 1 : 0.5;
  return Math.min(1, took / (2 * usual));
}

interface Props {
  readonly state: StateInfo;
  /** The median of the flow; nothing if it is not known. */
  readonly usual: number | null | undefined;
}

export function TookBar({ state, usual }: Props) {
  const now = useNow(!isEnded(state.current));
  const took = milliseconds(state, now);
  if (usual === null || usual === undefined) return <span>{duration(took)}</span>;
  const words = t("executions.usually", { duration: duration(usual) });
  return (
    <span title={words} className="inline-flex items-center justify-end gap-2">
      <span aria-hidden className="relative h-2 w-16 rounded-[2px] bg-hover">
        <span
          className="absolute inset-y-0 left-0 rounded-[2px]"
          style={{ width: `${share(took, usual) * 100}%`, background: `var(--state-${familyOf(state.current)})` }}
        />
        <span className="absolute -inset-y-0.5 left-1/2 w-px bg-text" />
      </span>
      <span className="min-w-14">{duration(took)}</span>
      <span className="sr-only">{words}</span>
    </span>
  );
}
