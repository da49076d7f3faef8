/** An action on many executions while the server does it, and afterwards what became of each. */

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { type BulkJob, bulkJob, bulkReport, type Outcome, steerBulk } from "../../api/bulk";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { LINK } from "../../kit/link";
import { Failure, Skeleton } from "../../kit/page";
import { Select } from "../../kit/select";
import { StateMark } from "../../kit/statemark";
import { useAction } from "../actions/run";

const ASK_MS = 1_000;

interface Props {
  readonly tenant: string;
  readonly id: string;
}

function isOver({ state }: BulkJob): boolean {
  return state === "DONE" || state === "CANCELLED" || state === "FAILED";
}

export function Job({ tenant, id }: Props) {
  const found = useQuery({
    ...bulkJob(tenant, id),
    refetchInterval: ({ state }) => (state.data && isOver(state.data) ? false : ASK_MS),
  });
  const steering = useAction({
    act: (wish: "pause" | "resume" | "cancel") => steerBulk(tenant, id, wish),
    changes: [tenant, "bulk-jobs", id],
  });
  if (found.isPending) return <Skeleton rows={2} awaited={t("bulk.progress")} />;
  if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const { state, total, taken, counts, words } = found.data;
  const isResting = state === "PAUSED" || state === "INTERRUPTED" || state === "FAILED";
  return (
    <div className="flex flex-col gap-3">
      <progress
        aria-label={t("bulk.progress")}
        max={Math.max(1, total)}
        value={taken}
        className="h-2 w-full accent-accent"
      />
      <p role="status">
        {t(`bulk.state.${state}`)} {t("bulk.counts", { taken, total, ...counts })}
      </p>
      {words && <p className="text-muted">{words}</p>}
      <div className="flex gap-2">
        {state === "RUNNING" && <Button onClick={() => steering.mutate("pause")}>{t("action.pause")}</Button>}
        {isResting && <Button onClick={() => steering.mutate("resume")}>{t("action.resume")}</Button>}
        {!isOver(found.data) && <Button onClick={() => steering.mutate("cancel")}>{t("bulk.cancel")}</Button>}
      </div>
      {isOver(found.data) && <Report tenant={tenant} id={id} hasLeft={counts.done < taken} />}
    </div>
  );
}

const CHOICES = {
  "not-done": ["SKIPPED", "FAILED", "UNKNOWN"],
  FAILED: ["FAILED"],
  SKIPPED: ["SKIPPED"],
  DONE: ["DONE"],
} as const satisfies Readonly<Record<string, readonly Outcome[]>>;

type Choice = keyof typeof CHOICES;

/** What was not done and why is shown first; what was done, when somebody asks for it. */
function Report({ tenant, id, hasLeft }: Props & { readonly hasLeft: boolean }) {
  const [choice, setChoice] = useState<Choice>(hasLeft ? "not-done" : "DONE");
  const report = useInfiniteQuery(bulkReport(tenant, id, CHOICES[choice]));
  const rows = report.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <section aria-label={t("bulk.report")}>
      <div className="flex items-center gap-3">
        <h3 className="font-semibold">{t("bulk.report")}</h3>
        <Select
          aria-label={t("bulk.outcome")}
          value={choice}
          onChange={setChoice}
          options={(Object.keys(CHOICES) as Choice[]).map((value) => ({ value, label: t(`bulk.outcome.${value}`) }))}
        />
      </div>
      {report.isError && <Failure error={report.error} onRetry={() => void report.refetch()} />}
      {report.isPending && <Skeleton rows={3} awaited={t("bulk.report")} />}
      {report.data && rows.length === 0 && <p className="py-2 text-muted">{t("bulk.none")}</p>}
      <ul>
        {rows.map(({ executionId, namespace, flowId, state, reason }) => (
          <li key={executionId} className="flex flex-wrap items-center gap-x-3 border-border border-b py-1">
            {state && <StateMark state={state} isIconOnly />}
            {flowId ? (
              <Link
                to="/$tenant/executions/$namespace/$flowId/$id/$tab"
                params={{ tenant, namespace, flowId, id: executionId, tab: "overview" }}
                className={`${LINK} font-mono text-code`}
              >
                {flowId} {executionId}
              </Link>
            ) : (
              <span className="font-mono text-code">{executionId}</span>
            )}
            <span className="text-muted">{reason}</span>
          </li>
        ))}
      </ul>
      {report.hasNextPage && (
        <Button className="mt-2" isBusy={report.isFetchingNextPage} onClick={() => void report.fetchNextPage()}>
          {t("bulk.more")}
        </Button>
      )}
    </section>
  );
}
