/** The states that something went through, and how often it was tried. */

import type { StateInfo, TaskRun } from "../../api/types";
import { duration } from "../../i18n/format";
import { t } from "../../i18n/text";
import { StateMark } from "../../kit/statemark";
import { Moment, Took } from "../live/moments";
import { Part } from "./part";

/** Attempts that are shown, the last ones. */
const ATTEMPTS_MAX = 20;

export function History({ state: { histories = [] } }: { readonly state: StateInfo }) {
  return (
    <ol>
      {histories.map(({ state, date }, index) => {
        const next = histories[index + 1];
        return (
          <li key={`${state} ${date}`} className="flex min-h-7 flex-wrap items-center gap-x-3">
            <span className="w-32">
              <StateMark state={state} />
            </span>
            <span className="text-muted">
              <Moment iso={date} />
            </span>
            {next && <span className="text-muted">{duration(Date.parse(next.date) - Date.parse(date))}</span>}
          </li>
        );
      })}
    </ol>
  );
}

/** One attempt says nothing that its task run does not. */
export function Attempts({ run: { attempts = [] } }: { readonly run: TaskRun }) {
  if (attempts.length < 2) return null;
  const first = Math.max(0, attempts.length - ATTEMPTS_MAX);
  return (
    <Part title={t("taskrun.attempts")}>
      <ol>
        {attempts.slice(first).map(({ state }, index) => (
          <li key={state.startDate} className="flex min-h-7 flex-wrap items-center gap-x-3">
            <span className="w-24 text-muted">{t("taskrun.attempt", { number: first + index + 1 })}</span>
            <StateMark state={state.current} />
            <Took state={state} />
          </li>
        ))}
      </ol>
    </Part>
  );
}
