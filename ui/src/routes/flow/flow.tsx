/** One flow, in tabs. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { MoreVertical, Play } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { topics } from "../../api/events/protocol";
import { deleteFlow, flow, flowKeys, setFlowsEnabled } from "../../api/flows";
import type { Flow } from "../../api/types";
import { Confirm } from "../../features/actions/confirm";
import { useAction } from "../../features/actions/run";
import { useTopic } from "../../features/live/live";
import { type TextKey, t } from "../../i18n/text";
import { Badge } from "../../kit/badge";
import { ButtonLink, IconButton } from "../../kit/button";
import { Menu, MenuItem, MenuLine } from "../../kit/menu";
import { EmptyState, Failure, PageHead, Skeleton } from "../../kit/page";
import { TAB, Tabs } from "../../kit/tabs";

const TABS = ["overview", "topology", "executions", "edit", "revisions", "triggers"] as const;
type Tab = (typeof TABS)[number];

const BODIES: Readonly<Record<Tab, React.ComponentType<{ readonly tenant: string; readonly flow: Flow }>>> = {
  overview: lazy(async () => ({ default: (await import("./overview")).FlowOverview })),
  topology: lazy(async () => ({ default: (await import("./topology")).FlowTopology })),
  executions: lazy(async () => ({ default: (await import("./executions")).FlowExecutions })),
  edit: lazy(async () => ({ default: (await import("./edit")).FlowEdit })),
  revisions: lazy(async () => ({ default: (await import("./revisions")).FlowRevisions })),
  triggers: lazy(async () => ({ default: (await import("./triggers")).FlowTriggers })),
};

export function FlowPage() {
  const { tenant, namespace, id, tab } = useParams({ from: "/$tenant/flows/edit/$namespace/$id/$tab" });
  const name = { namespace, id };
  const found = useQuery(flow(tenant, name));
  useTopic(tenant, topics.triggers, [...flowKeys.one(tenant, name), "triggers"]);
  if (found.isPending) return <Skeleton awaited={id} />;
  if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const known = TABS.find((one) => one === tab);
  const Body = known ? BODIES[known] : null;
  return (
    <>
      <Head tenant={tenant} flow={found.data} />
      <Tabs label={t("flow.tabs")}>
        {TABS.map((one) => (
          <Link
            key={one}
            to="/$tenant/flows/edit/$namespace/$id/$tab"
            params={{ tenant, namespace, id, tab: one }}
            activeOptions={{ includeSearch: false }}
            className={TAB}
            data-tab
          >
            {t(`flow.tab.${one}` satisfies TextKey)}
          </Link>
        ))}
      </Tabs>
      <Suspense fallback={<Skeleton awaited={id} />}>
        {Body ? <Body tenant={tenant} flow={found.data} /> : <EmptyState title={t("page.no-tab", { tab })} />}
      </Suspense>
    </>
  );
}

function Head({
  tenant,
  flow: { namespace, id, revision, disabled },
}: {
  readonly tenant: string;
  readonly flow: Flow;
}) {
  return (
    <PageHead
      name={id}
      title={
        <>
          <Link
            to="/$tenant/flows"
            params={{ tenant }}
            search={{ "filters[namespace][EQUALS]": namespace }}
            className="font-normal text-muted hover:underline"
          >
            {namespace}
          </Link>{" "}
          {id}
        </>
      }
      aside={
        <>
          <Badge>{t("flow.revision", { revision: String(revision) })}</Badge>
          {disabled && <Badge>{t("flows.disabled")}</Badge>}
        </>
      }
      actions={
        <>
          <ButtonLink look="primary">
            <Link to="/$tenant/run/$namespace/$id" params={{ tenant, namespace, id }} disabled={disabled}>
              <Play size={14} />
              {t("flows.execute")}
            </Link>
          </ButtonLink>
          <More tenant={tenant} namespace={namespace} id={id} isDisabled={disabled} />
        </>
      }
    />
  );
}

interface MoreProps {
  readonly tenant: string;
  readonly namespace: string;
  readonly id: string;
  readonly isDisabled: boolean;
}

function More({ tenant, namespace, id, isDisabled }: MoreProps) {
  const navigate = useNavigate();
  const [isAsking, setAsking] = useState(false);
  const name = { namespace, id };
  const enabling = useAction({
    act: () => setFlowsEnabled(tenant, [name], isDisabled),
    done: ({ count }) => t("flows.changed", { count }),
    changes: flowKeys.all(tenant),
  });
  const deleting = useAction({
    act: () => deleteFlow(tenant, name),
    done: () => t("flow.deleted", { name: id }),
    changes: [tenant, "flows", "list"],
    onDone: () => void navigate({ to: "/$tenant/flows", params: { tenant } }),
  });
  return (
    <>
      <Menu trigger={<IconButton label={t("action.more")} icon={<MoreVertical size={16} />} look="plain" />}>
        <MenuItem onChoose={() => enabling.mutate(undefined)}>
          {t(isDisabled ? "flows.enable" : "flows.disable")}
        </MenuItem>
        <MenuLine />
        <MenuItem isDanger onChoose={() => setAsking(true)}>
          {t("action.delete")}
        </MenuItem>
      </Menu>
      <Confirm
        title={t("flow.delete-title", { name: id })}
        verb={t("action.delete")}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => deleting.mutate(undefined)}
        typed={id}
      >
        {t("flow.delete-hint")}
      </Confirm>
    </>
  );
}
