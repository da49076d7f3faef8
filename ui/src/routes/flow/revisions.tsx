/** All revisions of a flow, and what differs between two of them. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { flowKeys, revisions, updateFlow } from "../../api/flows";
import type { Flow } from "../../api/types";
import { Confirm } from "../../features/actions/confirm";
import { useAction } from "../../features/actions/run";
import { SourceDiff } from "../../features/source/diff";
import { defaultForm, shortMoment } from "../../i18n/format";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { EmptyState, Failure, Skeleton } from "../../kit/page";
import { Select } from "../../kit/select";

interface Props {
  readonly tenant: string;
  readonly flow: Flow;
}

function label({ revision, updated }: Flow): string {
  const number = t("flow.revision", { revision: String(revision) });
  return updated ? `${number} · ${shortMoment(updated, Date.now(), defaultForm())}` : number;
}

export function FlowRevisions({ tenant, flow }: Props) {
  const list = useQuery(revisions(tenant, flow));
  if (list.isPending) return <Skeleton awaited={t("flow.tab.revisions")} />;
  if (list.isError) return <Failure error={list.error} onRetry={() => void list.refetch()} />;
  const [only] = list.data;
  if (!only || list.data.length === 1)
    return <EmptyState title={t("flow.one-revision")}>{t("flow.one-revision-hint")}</EmptyState>;
  return <Compare key={list.data.length} tenant={tenant} flow={flow} list={list.data} />;
}

function Compare({ tenant, flow, list }: Props & { readonly list: readonly Flow[] }) {
  const [left, setLeft] = useState(String(list.at(-2)?.revision));
  const [right, setRight] = useState(String(list.at(-1)?.revision));
  const [isAsking, setAsking] = useState(false);
  const options = list.toReversed().map((one) => ({ value: String(one.revision), label: label(one) }));
  const source = (revision: string) => list.find((one) => String(one.revision) === revision)?.source ?? "";
  const restoring = useAction({
    act: () => updateFlow(tenant, flow, source(left)),
    done: ({ revision }) => t("edit.saved", { revision: String(revision) }),
    changes: flowKeys.all(tenant),
  });
  return (
    <section aria-label={t("flow.tab.revisions")} className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-wrap items-center gap-2 px-4 py-3">
        <Select aria-label={t("flow.before")} value={left} onChange={setLeft} options={options} />
        <span aria-hidden>→</span>
        <Select aria-label={t("flow.after")} value={right} onChange={setRight} options={options} />
        <Button disabled={source(left) === flow.source} isBusy={restoring.isPending} onClick={() => setAsking(true)}>
          {t("flow.restore", { revision: left })}
        </Button>
      </div>
      {source(left) === source(right) ? (
        <EmptyState title={t("flow.no-difference")} />
      ) : (
        <SourceDiff label={t("edit.differences")} before={source(left)} after={source(right)} />
      )}
      <Confirm
        title={t("flow.restore", { revision: left })}
        verb={t("flow.restore", { revision: left })}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => restoring.mutate(undefined)}
      >
        {t("flow.restore-hint", { next: String(flow.revision + 1) })}
      </Confirm>
    </section>
  );
}
