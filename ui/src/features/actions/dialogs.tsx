/** The dialogs that ask little: restart, pause, kill, force run, leaving the queue, deletion. */

import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { QueryPairs } from "../../api/client";
import { flow } from "../../api/flows";
import { type Order, orders } from "../../api/orders";
import { EVERYTHING, firstRuns, progress } from "../../api/taskruns";
import { type Execution, isEnded, STATES } from "../../api/types";
import { t } from "../../i18n/text";
import { Checkbox } from "../../kit/choices";
import { Field } from "../../kit/field";
import { Select } from "../../kit/select";
import { OrderDialog } from "./order";

interface AskedProps {
  readonly tenant: string;
  readonly execution: Execution;
  readonly onClose: () => void;
}

/** The revision to run with: the one of then, or the newest if that is another. */
function RevisionChoice(props: {
  readonly tenant: string;
  readonly execution: Execution;
  readonly value: number | undefined;
  readonly onChange: (revision: number | undefined) => void;
}) {
  const { tenant, execution, value, onChange } = props;
  const { namespace, flowId, flowRevision } = execution;
  const latest = useQuery(flow(tenant, { namespace, id: flowId })).data?.revision;
  if (latest === undefined || latest === flowRevision)
    return <p className="text-muted">{t("order.only-revision", { revision: String(flowRevision) })}</p>;
  return (
    <Field label={t("order.revision")}>
      {(tied) => (
        <Select
          {...tied}
          value={value === undefined ? "same" : "latest"}
          onChange={(chosen) => onChange(chosen === "same" ? undefined : latest)}
          options={[
            { value: "same", label: t("order.same-revision", { revision: String(flowRevision) }) },
            { value: "latest", label: t("order.latest-revision", { revision: String(latest) }) },
          ]}
        />
      )}
    </Field>
  );
}

const FAILED: QueryPairs = [
  ["state", "FAILED"],
  ["unfold", EVERYTHING],
];

/** How many task runs failed that have none below them, and of which tasks. Beyond what one answer has, all are counted. */
function useFailed(tenant: string, id: string): { readonly count: number; readonly tasks: string } {
  const found = useQuery(firstRuns(tenant, id, FAILED)).data;
  const leaves = (found?.rows ?? []).filter(({ children }) => children === 0);
  const isWhole = found === undefined || found.rows.length === found.total;
  const tasks = [...new Set(leaves.map(({ taskId }) => taskId))].join(", ");
  return { count: isWhole ? leaves.length : found.total, tasks };
}

export function RestartDialog(props: AskedProps) {
  const { tenant, execution } = props;
  const [revision, setRevision] = useState<number>();
  const failed = useFailed(tenant, execution.id);
  return (
    <OrderDialog
      {...props}
      title={t("order.restart")}
      verb={t("action.restart")}
      done={t("action.done.restart")}
      order={orders.restart(tenant, execution.id, revision)}
    >
      <p>{t("order.restart-effect", failed)}</p>
      <RevisionChoice tenant={tenant} execution={execution} value={revision} onChange={setRevision} />
    </OrderDialog>
  );
}

export function KillDialog(props: AskedProps) {
  const { tenant, execution } = props;
  const [isCascade, setCascade] = useState(true);
  const counts = useQuery(progress(tenant, execution.id)).data?.counts ?? {};
  const open = STATES.filter((state) => !isEnded(state));
  const running = open.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
  return (
    <OrderDialog
      {...props}
      isDanger
      title={t("executions.kill-title", { count: 1 })}
      verb={t("action.kill")}
      done={t("action.done.kill")}
      order={orders.kill(tenant, execution.id, isCascade)}
    >
      <p>{t("order.kill-effect", { count: running })}</p>
      <Checkbox label={t("order.cascade")} checked={isCascade} onChange={setCascade} />
    </OrderDialog>
  );
}

export function DeleteDialog(props: AskedProps) {
  const { tenant, execution } = props;
  const navigate = useNavigate();
  return (
    <OrderDialog
      {...props}
      isDanger
      title={t("executions.delete-title", { count: 1 })}
      verb={t("action.delete")}
      done={t("execution.deleted")}
      order={orders.remove(tenant, execution.id)}
      onDone={() => void navigate({ to: "/$tenant/executions", params: { tenant } })}
    >
      <p>
        {t("executions.delete-hint")} {execution.flowId} {execution.id}
      </p>
    </OrderDialog>
  );
}

const PLAIN = {
  pause: (tenant: string, id: string): Order => orders.pause(tenant, id),
  unqueue: (tenant: string, id: string): Order => orders.unqueue(tenant, id),
  "resume-from-breakpoint": (tenant: string, id: string): Order => orders.resumeFromBreakpoint(tenant, id),
  "force-run": (tenant: string, id: string): Order => orders.forceRun(tenant, id),
} as const;

type Plain = keyof typeof PLAIN;

/** An order that needs nothing but a yes. */
export function PlainDialog({ verb, ...props }: AskedProps & { readonly verb: Plain }) {
  return (
    <OrderDialog
      {...props}
      title={t(`action.${verb}`)}
      verb={t(`action.${verb}`)}
      done={t(`action.done.${verb}`)}
      order={PLAIN[verb](props.tenant, props.execution.id)}
    >
      <p>{t(`order.effect.${verb}`)}</p>
    </OrderDialog>
  );
}
