/** An action on many executions: what it needs to know, what it will do to which, and then the job that does it. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type BulkAction, type Chosen, type Preview, preview, startBulk } from "../../api/bulk";
import { Problem } from "../../api/errors";
import { executionKeys } from "../../api/executions";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { Dialog } from "../../kit/dialog";
import { Failure, Skeleton } from "../../kit/page";
import { StateMark } from "../../kit/statemark";
import { useAction } from "../actions/run";
import { Job } from "./bulkjob";
import { BulkForm, firstOptions } from "./bulkoptions";

interface Props {
  readonly tenant: string;
  readonly action: BulkAction;
  readonly chosen: Chosen;
  /** Something was begun: the selection is no longer needed. */
  readonly onClose: (isBegun: boolean) => void;
}

export function BulkDialog({ tenant, action, chosen, onClose }: Props) {
  const [options, setOptions] = useState(() => firstOptions(action));
  const [job, setJob] = useState<string | null>(null);
  const found = useQuery({
    ...preview(tenant, { action, chosen, options: options ?? {} }),
    enabled: options !== null && job === null,
  });
  const starting = useAction({
    act: () => startBulk(tenant, { action, chosen, options: options ?? {} }),
    changes: executionKeys.all(tenant),
    onDone: ({ id }) => setJob(id),
  });
  const seen = options === null ? undefined : found.data;
  const isAbsent = found.error instanceof Problem && found.error.isMissing;
  const verb = t(`action.${action}`);
  return (
    <Dialog
      title={found.data ? t("bulk.title", { action: verb, count: found.data.total }) : verb}
      isOpen
      onClose={() => onClose(job !== null)}
      actions={
        job === null ? (
          <>
            <Button onClick={() => onClose(false)}>{t("kit.cancel")}</Button>
            <Button
              look={action === "kill" || action === "delete" ? "danger" : "primary"}
              disabled={!seen || seen.willBeDone === 0 || found.isPlaceholderData}
              isBusy={starting.isPending}
              onClick={() => starting.mutate(undefined)}
            >
              {seen ? t("bulk.begin", { action: verb, count: seen.willBeDone }) : verb}
            </Button>
          </>
        ) : (
          <Button onClick={() => onClose(true)}>{t("kit.close")}</Button>
        )
      }
    >
      {job !== null ? (
        <Job tenant={tenant} id={job} />
      ) : (
        <div className="flex flex-col gap-3">
          <BulkForm action={action} options={options} onChange={setOptions} />
          {options !== null && found.isPending && <Skeleton rows={3} awaited={t("bulk.preview")} />}
          {isAbsent && <p>{t("bulk.absent")}</p>}
          {found.isError && !isAbsent && <Failure error={found.error} />}
          {seen && <Effect action={action} preview={seen} />}
        </div>
      )}
    </Dialog>
  );
}

function Effect({ action, preview }: { readonly action: BulkAction; readonly preview: Preview }) {
  const { willBeDone, willBeSkipped, states } = preview;
  return (
    <section aria-label={t("bulk.preview-title")}>
      <p>{t("bulk.effect", { done: willBeDone, skipped: willBeSkipped })}</p>
      {action === "delete" && <p className="mt-1">{t("executions.delete-hint")}</p>}
      <ul className="mt-2">
        {states.map(({ state, count, fits, reason }) => (
          <li key={state} className="flex min-h-7 flex-wrap items-center gap-x-3">
            <span className="w-16 text-right font-semibold">{t("bulk.number", { count })}</span>
            <StateMark state={state} />
            {!fits && <span className="text-muted">{reason ?? t("bulk.skipped")}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
