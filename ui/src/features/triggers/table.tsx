/** Triggers as a table: where each stands, when it fired, when it will, and what can be done. */

import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { setTriggerDisabled } from "../../api/flows";
import { type TriggerRow, triggerKeys } from "../../api/triggers";
import { t } from "../../i18n/text";
import { Switch } from "../../kit/choices";
import { NAME_LINK } from "../../kit/link";
import { type Column, Table } from "../../kit/table";
import { useAction } from "../actions/run";
import { Moment } from "../live/moments";
import { asWritten, isKept, lastTick } from "./plan";
import { TriggerSheet } from "./sheet";
import { inZone, Stands } from "./stands";

interface Props {
  readonly tenant: string;
  readonly rows: readonly TriggerRow[];
  /** The page is about one flow: its name need not be said. */
  readonly isOfFlow?: boolean;
  readonly sort?: string;
  readonly onSort?: (sort: string) => void;
  readonly isOld?: boolean;
}

function keyOf({ state: { namespace, flowId, triggerId } }: TriggerRow): string {
  return `${namespace}/${flowId}/${triggerId}`;
}

export function TriggerTable({ tenant, rows, isOfFlow = false, sort, onSort, isOld = false }: Props) {
  const [open, setOpen] = useState<string | null>(null);
  const switching = useAction({
    act: ({ row, disabled }: { row: TriggerRow; disabled: boolean }) => setTriggerDisabled(tenant, row.state, disabled),
    changes: triggerKeys.all(tenant),
  });
  const shown = rows.find((row) => keyOf(row) === open);
  const enabled: Column<TriggerRow> = {
    id: "enabled",
    title: t("trigger.enabled"),
    isFixed: true,
    cell: (row) =>
      isKept(row.trigger) &&
      row.trigger?.disabled !== true && (
        <Switch
          label={t("trigger.enable-one", { name: row.state.triggerId })}
          isLabelHidden
          checked={!row.state.disabled}
          disabled={switching.isPending}
          onChange={(isEnabled) => switching.mutate({ row, disabled: !isEnabled })}
        />
      ),
  };
  return (
    <>
      <Table
        label={t("trigger.title")}
        columns={[...columns(tenant, isOfFlow, (row) => setOpen(keyOf(row))), enabled]}
        rows={rows}
        rowKey={keyOf}
        rowName={({ state }) => state.triggerId}
        onOpen={(row) => setOpen(keyOf(row))}
        isOld={isOld}
        {...(onSort ? { sort, onSort } : {})}
      />
      {shown && <TriggerSheet tenant={tenant} row={shown} onClose={() => setOpen(null)} />}
    </>
  );
}

function Tick({ row: { state, trigger } }: { readonly row: TriggerRow }) {
  const tick = lastTick(state, trigger?.interval !== undefined);
  if (!tick) return null;
  const { outcome, at } = tick;
  return (
    <span>
      <span className={outcome === "FAILED" || outcome === "MISSED" ? "font-semibold text-failed" : undefined}>
        {t(`trigger.tick.${outcome}`)}
      </span>{" "}
      <span className="text-muted">
        <Moment iso={at} isRelative />
      </span>
    </span>
  );
}

function columns(tenant: string, isOfFlow: boolean, onOpen: (row: TriggerRow) => void): readonly Column<TriggerRow>[] {
  const all: readonly Column<TriggerRow>[] = [
    {
      id: "id",
      title: t("trigger.trigger"),
      sort: "triggerId",
      isFixed: true,
      cell: (row) => (
        <button type="button" onClick={() => onOpen(row)} className={`min-h-6 ${NAME_LINK}`}>
          {row.state.triggerId}
        </button>
      ),
    },
    {
      id: "flow",
      title: t("executions.flow"),
      sort: "flowId",
      cell: ({ state: { namespace, flowId } }) => (
        <Link
          to="/$tenant/flows/edit/$namespace/$id/$tab"
          params={{ tenant, namespace, id: flowId, tab: "triggers" }}
          className="hover:underline"
        >
          <span className="text-muted">{namespace}.</span>
          {flowId}
        </Link>
      ),
    },
    {
      id: "type",
      title: t("trigger.type"),
      isWide: true,
      cell: ({ trigger }) =>
        trigger ? (
          <span title={trigger.type}>
            {trigger.type.slice(trigger.type.lastIndexOf(".") + 1)}{" "}
            <span className="text-muted">
              {[trigger.cron, trigger.interval, trigger.timezone].filter(Boolean).join(" ")}
            </span>
          </span>
        ) : (
          <span className="text-muted">{t("trigger.gone")}</span>
        ),
    },
    {
      id: "state",
      title: t("executions.state"),
      cell: ({ state, trigger }) => <Stands state={asWritten(state, trigger)} />,
    },
    {
      id: "last",
      title: t("trigger.last"),
      sort: "lastTriggeredDate",
      cell: (row) => <Tick row={row} />,
    },
    {
      id: "next",
      title: t("trigger.next"),
      sort: "nextExecutionDate",
      cell: ({ state, trigger }) =>
        state.disabled || !state.nextEvaluationDate ? null : (
          <time dateTime={state.nextEvaluationDate}>{inZone(state.nextEvaluationDate, trigger?.timezone)}</time>
        ),
    },
  ];
  return isOfFlow ? all.filter(({ id }) => id !== "flow") : all;
}
