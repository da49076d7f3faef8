/** The columns of the list of flows. */

import { Link } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { useMemo } from "react";
import type { Flow, LatestExecution } from "../../api/types";
import { t } from "../../i18n/text";
import { Badge } from "../../kit/badge";
import { ButtonLink } from "../../kit/button";
import { NAME_LINK } from "../../kit/link";
import { StateMark } from "../../kit/statemark";
import type { Column } from "../../kit/table";
import { Labels } from "../labels";
import { Moment } from "../live/moments";

export function useFlowColumns(tenant: string, last: readonly LatestExecution[]): readonly Column<Flow>[] {
  return useMemo(() => {
    const of = new Map(last.map((one) => [`${one.namespace}/${one.flowId}`, one]));
    return columns(tenant, (flow) => of.get(`${flow.namespace}/${flow.id}`));
  }, [tenant, last]);
}

function columns(tenant: string, last: (flow: Flow) => LatestExecution | undefined): readonly Column<Flow>[] {
  return [
    {
      id: "id",
      title: t("flows.id"),
      sort: "id",
      isFixed: true,
      cell: (flow) => <FlowLink tenant={tenant} flow={flow} />,
    },
    {
      id: "namespace",
      title: t("flows.namespace"),
      sort: "namespace",
      cell: ({ namespace }) => (
        <Link
          to="/$tenant/flows"
          params={{ tenant }}
          search={{ "filters[namespace][EQUALS]": namespace }}
          className="hover:underline"
        >
          {namespace}
        </Link>
      ),
    },
    {
      id: "labels",
      title: t("flows.labels"),
      isWide: true,
      cell: ({ labels }) => <Labels labels={labels} list="flows" />,
    },
    {
      id: "last",
      title: t("flows.last-run"),
      cell: (flow) => {
        const run = last(flow);
        return run ? <LastRun tenant={tenant} run={run} /> : <span className="text-muted">{t("flows.never-ran")}</span>;
      },
    },
    {
      id: "triggers",
      title: t("flows.triggers"),
      cell: ({ triggers }) => (triggers ?? []).map(({ id }) => id).join(", "),
    },
    { id: "revision", title: t("flows.revision"), isNumber: true, cell: ({ revision }) => revision },
    {
      id: "run",
      title: t("flows.execute"),
      isFixed: true,
      cell: (flow) => (
        <ButtonLink look="quiet">
          <Link
            to="/$tenant/run/$namespace/$id"
            params={{ tenant, namespace: flow.namespace, id: flow.id }}
            aria-label={t("flows.execute-one", { name: flow.id })}
            title={t("flows.execute-one", { name: flow.id })}
            disabled={flow.disabled}
          >
            <Play size={14} />
          </Link>
        </ButtonLink>
      ),
    },
  ];
}

function FlowLink({ tenant, flow }: { readonly tenant: string; readonly flow: Flow }) {
  return (
    <span className="inline-flex items-center gap-2">
      <Link
        to="/$tenant/flows/edit/$namespace/$id/$tab"
        params={{ tenant, namespace: flow.namespace, id: flow.id, tab: "overview" }}
        className={NAME_LINK}
      >
        {flow.id}
      </Link>
      {flow.disabled && <Badge>{t("flows.disabled")}</Badge>}
    </span>
  );
}

function LastRun({ tenant, run }: { readonly tenant: string; readonly run: LatestExecution }) {
  return (
    <Link
      to="/$tenant/executions/$namespace/$flowId/$id/$tab"
      params={{ tenant, namespace: run.namespace, flowId: run.flowId, id: run.id, tab: "overview" }}
      className="inline-flex items-center gap-2 hover:underline"
    >
      <StateMark state={run.status} />
      <span className="text-muted">
        <Moment iso={run.startDate} isRelative />
      </span>
    </Link>
  );
}
