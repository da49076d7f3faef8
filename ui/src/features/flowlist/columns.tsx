/** The columns of the list of flows. */

import { Link } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { useMemo } from "react";
import type { FlowFigures, RunOfFlow } from "../../api/home";
import type { Flow } from "../../api/types";
import { defaultForm, percent } from "../../i18n/format";
import { t } from "../../i18n/text";
import { Badge } from "../../kit/badge";
import { ButtonLink } from "../../kit/button";
import { NAME_LINK } from "../../kit/link";
import { StateMark } from "../../kit/statemark";
import type { Column } from "../../kit/table";
import { Labels } from "../labels";
import { Moment } from "../live/moments";
import { RunStrip } from "./strip";

export function useFlowColumns(tenant: string, known: readonly FlowFigures[]): readonly Column<Flow>[] {
  return useMemo(() => {
    const of = new Map(known.map((one) => [`${one.namespace}/${one.id}`, one]));
    return columns(tenant, (flow) => of.get(`${flow.namespace}/${flow.id}`));
  }, [tenant, known]);
}

function columns(tenant: string, figures: (flow: Flow) => FlowFigures | undefined): readonly Column<Flow>[] {
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
        const known = figures(flow);
        const run = known?.last.at(-1);
        if (run) return <LastRun tenant={tenant} flow={flow} run={run} />;
        return known && <span className="text-muted">{t("flows.never-ran")}</span>;
      },
    },
    {
      id: "runs",
      title: t("flows.last-runs"),
      cell: (flow) => {
        const known = figures(flow);
        return known && known.last.length > 0 && <RunStrip tenant={tenant} flow={flow} figures={known} />;
      },
    },
    {
      id: "ratio",
      title: t("flows.success"),
      isNumber: true,
      cell: (flow) => <Ratio tenant={tenant} flow={flow} ratio={figures(flow)?.successRatio} />,
    },
    {
      id: "next",
      title: t("flows.next-run"),
      cell: (flow) => <Moment iso={figures(flow)?.next ?? undefined} isRelative />,
    },
    {
      id: "triggers",
      title: t("flows.triggers"),
      isNumber: true,
      cell: ({ namespace, id, triggers = [] }) =>
        triggers.length > 0 && (
          <Link
            to="/$tenant/flows/edit/$namespace/$id/$tab"
            params={{ tenant, namespace, id, tab: "triggers" }}
            title={triggers.map((trigger) => trigger.id).join(", ")}
            className="hover:underline"
          >
            {triggers.length}
          </Link>
        ),
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

interface LastRunProps {
  readonly tenant: string;
  readonly flow: Flow;
  readonly run: RunOfFlow;
}

function LastRun({ tenant, flow: { namespace, id }, run }: LastRunProps) {
  return (
    <Link
      to="/$tenant/executions/$namespace/$flowId/$id/$tab"
      params={{ tenant, namespace, flowId: id, id: run.executionId, tab: "overview" }}
      className="inline-flex items-center gap-2 hover:underline"
    >
      <StateMark state={run.state} isIconOnly />
      <span className="text-muted">
        <Moment iso={run.started} isRelative />
      </span>
    </Link>
  );
}

interface RatioProps {
  readonly tenant: string;
  readonly flow: Flow;
  readonly ratio: number | null | undefined;
}

function Ratio({ tenant, flow: { namespace, id }, ratio }: RatioProps) {
  if (ratio === null || ratio === undefined) return null;
  return (
    <Link
      to="/$tenant/flows/edit/$namespace/$id/$tab"
      params={{ tenant, namespace, id, tab: "executions" }}
      className="hover:underline"
    >
      {percent(ratio, defaultForm())}
    </Link>
  );
}
