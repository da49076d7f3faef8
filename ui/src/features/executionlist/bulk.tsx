/** An action on many executions: what it will do, how far it is, what was not done and why. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import {
  type BulkAction,
  type BulkJob,
  bulkJob,
  bulkReport,
  type Chosen,
  preview,
  startBulk,
  steerBulk,
} from "../../api/bulk";
import { Problem } from "../../api/errors";
import { executionKeys } from "../../api/executions";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { Dialog } from "../../kit/dialog";
import { Failure, Skeleton } from "../../kit/page";
import { StateMark } from "../../kit/statemark";
import { useAction } from "../actions/run";

const ASK_MS = 1_000;

interface Props {
  readonly tenant: string;
  readonly action: BulkAction;
  readonly chosen: Chosen;
  /** Something was begun: the selection is no longer needed. */
  readonly onClose: (isBegun: boolean) => void;
}

export function BulkDialog({ tenant, action, chosen, onClose }: Props) {
  const [job, setJob] = useState<string | null>(null);
  const found = useQuery(preview(tenant, action, chosen));
  const starting = useAction({
    act: () => startBulk(tenant, action, chosen),
    changes: executionKeys.all(tenant),
    onDone: ({ id }) => setJob(id),
  });
  const count = found.data?.willBeDone ?? 0;
  const isAbsent = found.error instanceof Problem && found.error.isMissing;
  return (
    <Dialog
      title={
        found.data ? t("bulk.title", { action: t(`action.${action}`), count: found.data.total }) : t(`action.${action}`)
      }
      isOpen
      onClose={() => onClose(job !== null)}
      actions={
        job === null ? (
          <>
            <Button onClick={() => onClose(false)}>{t("kit.cancel")}</Button>
            {found.data && (
              <Button
                look={action === "kill" || action === "delete" ? "danger" : "primary"}
                disabled={count === 0}
                isBusy={starting.isPending}
                onClick={() => starting.mutate(undefined)}
              >
                {t("bulk.begin", { action: t(`action.${action}`), count })}
              </Button>
            )}
          </>
        ) : (
          <Button onClick={() => onClose(true)}>{t("kit.close")}</Button>
        )
      }
    >
      {job !== null ? <Job tenant={tenant} id={job} /> : null}
      {job === null && found.isPending && <Skeleton rows={3} awaited={t("bulk.preview")} />}
      {job === null && isAbsent && <p>{t("bulk.absent")}</p>}
      {job === null && found.isError && !isAbsent && <Failure error={found.error} />}
      {job === null && found.data && (
        <>
          <p>{t("bulk.effect", { done: count, skipped: found.data.willBeSkipped })}</p>
          {action === "delete" && <p className="mt-1">{t("executions.delete-hint")}</p>}
          <ul className="mt-2">
            {found.data.states.map(({ state, count: some, fits, reason }) => (
              <li key={state} className="flex min-h-7 flex-wrap items-center gap-x-3">
                <span className="w-16 text-right font-semibold">{t("bulk.number", { count: some })}</span>
                <StateMark state={state} />
                {!fits && <span className="text-muted">{reason ?? t("bulk.skipped")}</span>}
              </li>
            ))}
          </ul>
        </>
      )}
    </Dialog>
  );
}

function isOver({ state }: BulkJob): boolean {
  return state === "DONE" || state === "CANCELLED" || state === "FAILED";
}

function Job({ tenant, id }: { readonly tenant: string; readonly id: string }) {
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
      <progress aria-label={t("bulk.progress")} max={Math.max(1, total)} value={taken} className="h-2 w-full" />
      <p role="status">
        {t(`bulk.state.${state}`)} {t("bulk.counts", { taken, total, ...counts })}
      </p>
      {words && <p className="text-muted">{words}</p>}
      <div className="flex gap-2">
        {state === "RUNNING" && <Button onClick={() => steering.mutate("pause")}>{t("action.pause")}</Button>}
        {isResting && <Button onClick={() => steering.mutate("resume")}>{t("action.resume")}</Button>}
        {!isOver(found.data) && <Button onClick={() => steering.mutate("cancel")}>{t("bulk.cancel")}</Button>}
      </div>
      {isOver(found.data) && counts.done < taken && <NotDone tenant={tenant} id={id} />}
    </div>
  );
}

function NotDone({ tenant, id }: { readonly tenant: string; readonly id: string }) {
  const report = useQuery(bulkReport(tenant, id));
  if (!report.data) return null;
  return (
    <section aria-label={t("bulk.not-done")}>
      <h3 className="font-semibold">{t("bulk.not-done")}</h3>
      <ul>
        {report.data.rows.map(({ executionId, flowId, state, reason }) => (
          <li key={executionId} className="flex flex-wrap items-center gap-x-3 py-0.5">
            {state && <StateMark state={state} isIconOnly />}
            <span className="font-mono text-code">
              {flowId} {executionId}
            </span>
            <span className="text-muted">{reason}</span>
          </li>
        ))}
      </ul>
      {report.data.next !== null && <p className="text-muted">{t("bulk.more")}</p>}
    </section>
  );
}
