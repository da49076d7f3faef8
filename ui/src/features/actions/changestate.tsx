/** The dialog that says of an execution that is over what it was. */

import { useState } from "react";
import { changeStatus, changeStatusPath, executionKeys } from "../../api/executions";
import type { Execution, State } from "../../api/types";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { Dialog } from "../../kit/dialog";
import { Field } from "../../kit/field";
import { Select } from "../../kit/select";
import { stateWord } from "../../kit/statemark";
import { AsCommand } from "./ascommand";
import { useAction } from "./run";

const CHOICES: readonly State[] = ["SUCCESS", "WARNING", "FAILED", "CANCELLED"];

interface Props {
  readonly tenant: string;
  readonly execution: Execution;
  readonly onClose: () => void;
}

export function ChangeStateDialog({ tenant, execution: { id, state }, onClose }: Props) {
  const others = CHOICES.filter((choice) => choice !== state.current);
  const [wanted, setWanted] = useState<State>(others[0] ?? "SUCCESS");
  const changing = useAction({
    act: () => changeStatus(tenant, id, wanted),
    done: () => t("action.done.change-status", { state: stateWord(wanted) }),
    changes: executionKeys.all(tenant),
    onDone: onClose,
  });
  return (
    <Dialog
      title={t("change-status.title")}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("kit.cancel")}</Button>
          <Button look="primary" isBusy={changing.isPending} onClick={() => changing.mutate(undefined)}>
            {t("action.change-status")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <p>{t("change-status.hint", { state: stateWord(state.current) })}</p>
        <Field label={t("change-status.to")}>
          {(tied) => (
            <Select
              {...tied}
              value={wanted}
              onChange={setWanted}
              options={others.map((value) => ({ value, label: stateWord(value) }))}
            />
          )}
        </Field>
        <AsCommand method="POST" path={changeStatusPath(tenant, id, wanted)} />
      </div>
    </Dialog>
  );
}
