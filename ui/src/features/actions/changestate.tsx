/** The dialogs that say of an execution, or of one of its task runs, what it was. */

import { type ReactNode, useState } from "react";
import { type Order, orders } from "../../api/orders";
import type { Execution, State, TaskRun } from "../../api/types";
import { t } from "../../i18n/text";
import { Field } from "../../kit/field";
import { Select } from "../../kit/select";
import { stateWord } from "../../kit/statemark";
import { OrderDialog } from "./order";

/** What something that is over may have been. */
const OF_EXECUTION: readonly State[] = ["SUCCESS", "WARNING", "FAILED", "CANCELLED"];
const OF_TASK_RUN: readonly State[] = ["SUCCESS", "WARNING", "FAILED"];

interface Props {
  readonly tenant: string;
  readonly execution: Execution;
  readonly onClose: () => void;
}

export function ChangeStateDialog({ tenant, execution: { id, state }, onClose }: Props) {
  return (
    <StateDialog
      tenant={tenant}
      title={t("change-status.title")}
      hint={t("change-status.hint", { state: stateWord(state.current) })}
      choices={OF_EXECUTION.filter((choice) => choice !== state.current)}
      done={(wanted) => t("action.done.change-status", { state: stateWord(wanted) })}
      order={(wanted) => orders.changeStatus(tenant, id, wanted)}
      onClose={onClose}
    />
  );
}

export function ChangeTaskStateDialog({ tenant, execution, run, onClose }: Props & { readonly run: TaskRun }) {
  return (
    <StateDialog
      tenant={tenant}
      title={t("change-status.task-title", { task: run.taskId })}
      hint={t("change-status.task-hint", { state: stateWord(run.state.current) })}
      choices={OF_TASK_RUN.filter((choice) => choice !== run.state.current)}
      done={(wanted) => t("action.done.change-task-status", { task: run.taskId, state: stateWord(wanted) })}
      order={(wanted) => orders.changeTaskState(tenant, execution.id, run.id, wanted)}
      onClose={onClose}
    />
  );
}

interface StateProps {
  readonly tenant: string;
  readonly title: string;
  readonly hint: ReactNode;
  readonly choices: readonly State[];
  readonly done: (wanted: State) => string;
  readonly order: (wanted: State) => Order;
  readonly onClose: () => void;
}

function StateDialog({ tenant, title, hint, choices, done, order, onClose }: StateProps) {
  const [wanted, setWanted] = useState<State>(choices[0] ?? "SUCCESS");
  return (
    <OrderDialog
      tenant={tenant}
      title={title}
      verb={t("action.change-status")}
      done={done(wanted)}
      order={order(wanted)}
      onClose={onClose}
    >
      <p>{hint}</p>
      <Field label={t("change-status.to")}>
        {(tied) => (
          <Select
            {...tied}
            value={wanted}
            onChange={setWanted}
            options={choices.map((value) => ({ value, label: stateWord(value) }))}
          />
        )}
      </Field>
    </OrderDialog>
  );
}
