/** The triggers of a flow: what they are, when they looked last and when they look next. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { flowKeys, flowTriggers, setTriggerDisabled, unlockTrigger } from "../../api/flows";
import type { Flow, TriggerDefinition, TriggerState } from "../../api/types";
import { useAction } from "../../features/actions/run";
import { Moment } from "../../features/live/moments";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { Switch } from "../../kit/choices";
import { LINK } from "../../kit/link";
import { EmptyState, Failure, Skeleton } from "../../kit/page";
import { type Column, Table } from "../../kit/table";

interface Row {
  readonly definition: TriggerDefinition;
  readonly state: TriggerState | undefined;
}

export function FlowTriggers({ tenant, flow }: { readonly tenant: string; readonly flow: Flow }) {
  const states = useQuery(flowTriggers(tenant, flow));
  const changes = flowKeys.one(tenant, flow);
  const disabling = useAction({
    act: ({ state, disabled }: { state: TriggerState; disabled: boolean }) =>
      setTriggerDisabled(tenant, state, disabled),
    changes,
  });
  const unlocking = useAction({ act: (state: TriggerState) => unlockTrigger(tenant, state), changes });
  const triggers = flow.triggers ?? [];
  if (triggers.length === 0) return <EmptyState title={t("flow.no-triggers")}>{t("flow.no-triggers-hint")}</EmptyState>;
  if (states.isPending) return <Skeleton awaited={t("flow.tab.triggers")} />;
  if (states.isError) return <Failure error={states.error} onRetry={() => void states.refetch()} />;
  const rows = triggers.map((definition) => ({
    definition,
    state: states.data.results.find(({ triggerId }) => triggerId === definition.id),
  }));
  const columns: readonly Column<Row>[] = [
    {
      id: "id",
      title: t("flows.id"),
      isFixed: true,
      cell: ({ definition }) => <span className="font-semibold">{definition.id}</span>,
    },
    {
      id: "type",
      title: t("trigger.type"),
      isWide: true,
      cell: ({ definition: { type, cron, timezone } }) => (
        <span title={type}>
          {type.slice(type.lastIndexOf(".") + 1)}{" "}
          <span className="text-muted">{[cron, timezone].filter(Boolean).join(" ")}</span>
        </span>
      ),
    },
    { id: "last", title: t("trigger.last"), cell: ({ state }) => <Moment iso={state?.lastTriggeredDate} /> },
    {
      id: "next",
      title: t("trigger.next"),
      cell: ({ state }) => (state?.disabled ? null : <Moment iso={state?.nextEvaluationDate} />),
    },
    {
      id: "held",
      title: t("trigger.held"),
      cell: ({ state }) => state && <Held tenant={tenant} state={state} onUnlock={() => unlocking.mutate(state)} />,
    },
    {
      id: "enabled",
      title: t("trigger.enabled"),
      cell: ({ state, definition }) =>
        state && (
          <Switch
            label={t("trigger.enable-one", { name: definition.id })}
            isLabelHidden
            checked={!state.disabled}
            disabled={disabling.isPending}
            onChange={(isEnabled) => disabling.mutate({ state, disabled: !isEnabled })}
          />
        ),
    },
  ];
  return (
    <div className="pt-3">
      <Table
        label={t("flow.tab.triggers")}
        columns={columns}
        rows={rows}
        rowKey={({ definition }) => definition.id}
        rowName={({ definition }) => definition.id}
      />
    </div>
  );
}

interface HeldProps {
  readonly tenant: string;
  readonly state: TriggerState;
  readonly onUnlock: () => void;
}

/** A trigger waits while the execution that it started goes on. */
function Held({ tenant, state, onUnlock }: HeldProps) {
  if (!state.locked || !state.executionId) return null;
  return (
    <span className="inline-flex items-center gap-2">
      <Link
        to="/$tenant/executions/$namespace/$flowId/$id/$tab"
        params={{ tenant, namespace: state.namespace, flowId: state.flowId, id: state.executionId, tab: "overview" }}
        className={LINK}
      >
        {state.executionId}
      </Link>
      <Button onClick={onUnlock}>{t("trigger.unlock")}</Button>
    </span>
  );
}
