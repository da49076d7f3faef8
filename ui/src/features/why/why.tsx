/** Why something does not move, in the server's words, with what would free it. The page guesses nothing. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { why } from "../../api/executions";
import type { Execution, Why } from "../../api/types";
import { duration } from "../../i18n/format";
import { t } from "../../i18n/text";
import { LINK } from "../../kit/link";
import { StateMark } from "../../kit/statemark";
import { useNow } from "../live/live";
import { Moment } from "../live/moments";
import { type Offer, offersOf } from "./offers";

/** How often it is asked again why something waits. */
const WHY_MS = 5_000;

interface Props {
  readonly tenant: string;
  readonly execution: Execution;
  /** Of one task run; else of the execution. */
  readonly taskRun?: string;
  /** A button for each offer, as the page makes it. */
  readonly offer: (offer: Offer) => ReactNode;
}

export function WhyPanel({ tenant, execution, taskRun, offer }: Props) {
  const reason = useQuery({ ...why(tenant, execution.id, taskRun), refetchInterval: WHY_MS });
  const now = useNow(true);
  const { current, histories, startDate } = execution.state;
  const answer = reason.data;
  if (reason.isPending || (answer && !answer.cause && (taskRun !== undefined || current === "RUNNING"))) return null;
  const since = answer?.since ?? histories?.at(-1)?.date ?? startDate;
  const offers = offersOf(answer?.cause ?? null, current);
  return (
    <section aria-label={t("execution.why")} className="rounded-panel border border-control p-4">
      <h2 className="flex flex-wrap items-center gap-2 font-semibold text-section">
        {taskRun === undefined && <StateMark state={current} />}
        {t("execution.since", { duration: duration(now - Date.parse(since)) })}
      </h2>
      {answer?.words && <p className="mt-1 whitespace-pre-wrap break-words">{answer.words}</p>}
      {answer && <Facts tenant={tenant} facts={answer.facts ?? {}} now={now} />}
      {answer === null && <p className="mt-1 text-muted">{t("execution.why-absent")}</p>}
      {reason.isError && <p className="mt-1 text-failed">{reason.error.message}</p>}
      {offers.length > 0 && <div className="mt-3 flex flex-wrap gap-2">{offers.map(offer)}</div>}
    </section>
  );
}

interface FactsProps {
  readonly tenant: string;
  readonly facts: NonNullable<Why["facts"]>;
  readonly now: number;
}

function Facts({ tenant, facts, now }: FactsProps) {
  const { until, at, executionId, error, attempt, maxAttempts, open, total, place, limits, slots, running } = facts;
  const moment = until ?? at;
  const lines: readonly (string | false | undefined)[] = [
    attempt !== undefined && t("why.attempt", { attempt, max: maxAttempts ?? "?" }),
    open !== undefined && total !== undefined && t("why.children", { done: total - open, total }),
    place !== undefined && t("why.place", { place }),
    slots !== undefined && running !== undefined && t("why.slots", { running, slots }),
    error,
  ];
  return (
    <>
      {lines.map(
        (line) =>
          line && (
            <p key={line} className="mt-1 whitespace-pre-wrap break-words text-muted">
              {line}
            </p>
          ),
      )}
      {moment && (
        <p className="mt-1">
          {t("execution.until")} <Moment iso={moment} /> ({duration(Math.max(0, Date.parse(moment) - now))})
        </p>
      )}
      {executionId && <Other tenant={tenant} id={executionId} />}
      {limits?.map(({ name, size, holders }) => (
        <div key={name} className="mt-2">
          <p className="text-label text-muted">{t("why.holders", { name, size })}</p>
          <ul>
            {holders.map((holder) => (
              <li key={holder.executionId} className="flex flex-wrap items-center gap-2">
                <StateMark state={holder.state} />
                <Other tenant={tenant} id={holder.executionId} />
                <span className="text-muted">{duration(holder.ageMs)}</span>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </>
  );
}

/** Only its id is known, so the list finds where it belongs. */
function Other({ tenant, id }: { readonly tenant: string; readonly id: string }) {
  return (
    <Link
      to="/$tenant/executions"
      params={{ tenant }}
      search={{ "filters[q][EQUALS]": id }}
      className={`${LINK} font-mono`}
    >
      {id}
    </Link>
  );
}
