/** What follows what in a flow. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { flowTopology } from "../../api/graphs";
import type { Flow } from "../../api/types";
import { TopologyView } from "../../features/topology/topology";
import { t } from "../../i18n/text";
import { LINK } from "../../kit/link";
import { Failure, Skeleton } from "../../kit/page";

interface Props {
  readonly tenant: string;
  readonly flow: Flow;
}

export function FlowTopology({ tenant, flow }: Props) {
  const { namespace, id, revision } = flow;
  const found = useQuery(flowTopology(tenant, { namespace, id }, revision));
  const navigate = useNavigate();
  const search: { readonly task?: unknown } = useSearch({ strict: false });
  const task = typeof search.task === "string" ? search.task : undefined;
  if (found.isPending) return <Skeleton awaited={t("topology.title")} />;
  if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const node = found.data.nodes.find((one) => String((one.task ?? one.triggerDeclaration)?.id) === task);
  const type = (node?.task ?? node?.triggerDeclaration)?.type;
  return (
    <TopologyView
      name={id}
      topology={found.data}
      selected={task}
      onSelect={(chosen) => void navigate({ to: ".", search: { task: chosen }, replace: true })}
    >
      {task !== undefined && type !== undefined && (
        <section aria-label={task} className="border-border border-b p-3">
          <h2 className="truncate font-mono font-semibold text-code">{task}</h2>
          <p className="break-all text-muted">{type}</p>
          <Link
            to="/$tenant/flows/edit/$namespace/$id/$tab"
            params={{ tenant, namespace, id, tab: "edit" }}
            className={LINK}
          >
            {t("flow.tab.edit")}
          </Link>
        </section>
      )}
    </TopologyView>
  );
}
