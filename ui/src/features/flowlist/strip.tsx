/** The last executions of a flow as a strip: colour is the state, height the duration. Each leads to its execution. */

import { Link } from "@tanstack/react-router";
import type { FlowName } from "../../api/flows";
import type { FlowFigures, RunOfFlow } from "../../api/home";
import { defaultForm, duration, shortMoment } from "../../i18n/format";
import { t } from "../../i18n/text";
import { familyOf, stateWord } from "../../kit/statemark";

/** Heights between the least that can be seen and the whole; what goes on is as high as the highest. */
export function heights(runs: readonly RunOfFlow[]): readonly number[] {
  const longest = Math.max(1, ...runs.map(({ durationMs }) => durationMs ?? 0));
  return runs.map(({ durationMs }) => (durationMs === null ? 1 : Math.max(0.2, durationMs / longest)));
}

interface Props {
  readonly tenant: string;
  readonly flow: FlowName;
  readonly figures: FlowFigures;
}

export function RunStrip({ tenant, flow: { namespace, id }, figures: { last } }: Props) {
  const form = defaultForm();
  const now = Date.now();
  const high = heights(last);
  const words = ({ state, started, durationMs }: RunOfFlow) => {
    const said = { state: stateWord(state), started: shortMoment(started, now, form) };
    return durationMs === null
      ? t("flows.run-open", said)
      : t("flows.run", { ...said, duration: duration(durationMs) });
  };
  return (
    <span className="inline-flex h-6 items-end align-middle">
      {last.map((run, at) => (
        <Link
          key={run.executionId}
          to="/$tenant/executions/$namespace/$flowId/$id/$tab"
          params={{ tenant, namespace, flowId: id, id: run.executionId, tab: "overview" }}
          preload={false}
          // Twenty stops in each row would be in the way of the keyboard; the list of executions has them all.
          tabIndex={-1}
          title={words(run)}
          aria-label={words(run)}
          className="flex h-full w-1.5 items-end pr-px hover:bg-hover"
        >
          <span
            className="w-full rounded-[1px]"
            style={{ height: `${(high[at] ?? 1) * 100}%`, background: `var(--state-${familyOf(run.state)})` }}
          />
        </Link>
      ))}
    </span>
  );
}
