/** The triggers of a flow: what they are, when they looked last and when they look next. */

import { useQuery } from "@tanstack/react-query";
import { topics } from "../../api/events/protocol";
import { triggerKeys, triggerList } from "../../api/triggers";
import type { Flow } from "../../api/types";
import { useTopic } from "../../features/live/live";
import { TriggerTable } from "../../features/triggers/table";
import { t } from "../../i18n/text";
import { EmptyState, Failure, Skeleton } from "../../kit/page";

export function FlowTriggers({ tenant, flow }: { readonly tenant: string; readonly flow: Flow }) {
  const list = useQuery(
    triggerList(tenant, [
      ["filters[namespace][EQUALS]", flow.namespace],
      ["filters[flowId][EQUALS]", flow.id],
      ["size", "200"],
    ]),
  );
  useTopic(tenant, topics.triggers, triggerKeys.all(tenant));
  if (list.isError) return <Failure error={list.error} onRetry={() => void list.refetch()} />;
  if (list.isPending) return <Skeleton awaited={t("flow.tab.triggers")} />;
  if (list.data.results.length === 0)
    return <EmptyState title={t("flow.no-triggers")}>{t("flow.no-triggers-hint")}</EmptyState>;
  return (
    <div className="pt-3">
      <TriggerTable tenant={tenant} rows={list.data.results} isOfFlow />
    </div>
  );
}
