/** The dialogs that ask little: restart, pause, kill, force run, leaving the queue, deletion. */

import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { flow } from "../../api/flows";
import { type Order, orders } from "../../api/orders";
import { type Execution, isEnded, type TaskRun } from "../../api/types";
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

function failedRuns({ taskRunList = [] }: Execution): readonly TaskRun[] {
  const parents = new Set(taskRunList.map(({ parentTaskRunId }) => parentTaskRunId));
  return taskRunList.filter(({ id, state }) => state.current === "FAILED" && !parents.has(id));
}

export function RestartDialog(props: AskedProps) {
  const { tenant, execution } = props;
  const [revision, setRevision] = useState<number>();
  const failed = failedRuns(execution);
  return (
    <OrderDialog
      {...props}
      title={t("order.restart")}
      verb={t("action.restart")}
      done={t("action.done.restart")}
      order={orders.restart(tenant, execution.id, revision)}
    >
      <p>
        {t("order.restart-effect", {
          count: failed.length,
          tasks: [...new Set(failed.map((run) => run.taskId))].join(", "),
        })}
      </p>
      <RevisionChoice tenant={tenant} execution={execution} value={revision} onChange={setRevision} />
    </OrderDialog>
  );
}

export function KillDialog(props: AskedProps) {
  const { tenant, execution } = props;
  const [isCascade, setCascade] = useState(true);
  const running = (execution.taskRunList ?? []).filter(({ state }) => !isEnded(state.current)).length;
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
