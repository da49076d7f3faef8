/** The dialog for the labels of an execution. Those of the system stay as they are. */

import { useState } from "react";
import { executionKeys, setLabels } from "../../api/executions";
import type { Execution, Label } from "../../api/types";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { Dialog } from "../../kit/dialog";
import { Field } from "../../kit/field";
import { Input } from "../../kit/input";
import { useShownLabels } from "../labels";
import { labelsOf } from "../runform/values";
import { useAction } from "./run";

interface Props {
  readonly tenant: string;
  readonly execution: Execution;
  readonly onClose: () => void;
}

function asLabel(pair: string): Label {
  const [key = "", ...value] = pair.split(":");
  return { key: key.trim(), value: value.join(":").trim() };
}

export function LabelsDialog({ tenant, execution: { id, labels }, onClose }: Props) {
  const shown = useShownLabels(labels);
  const [text, setText] = useState(() => shown.map(({ key, value }) => `${key}:${value}`).join(", "));
  const { pairs, wrong } = labelsOf(text);
  const saving = useAction({
    act: () =>
      setLabels(
        tenant,
        id,
        pairs.map(([, pair]) => asLabel(pair)),
      ),
    done: () => t("action.done.labels"),
    changes: executionKeys.all(tenant),
    onDone: onClose,
  });
  const save = () => {
    if (wrong.length === 0) saving.mutate(undefined);
  };
  return (
    <Dialog
      title={t("execution.labels")}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("kit.cancel")}</Button>
          <Button look="primary" isBusy={saving.isPending} disabled={wrong.length > 0} onClick={save}>
            {t("edit.save")}
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Field
          label={t("run.labels")}
          hint={t("run.labels-hint")}
          errors={wrong.map((part) => t("run.labels-wrong", { label: part }))}
        >
          {(tied) => <Input {...tied} value={text} onChange={(event) => setText(event.target.value)} />}
        </Field>
      </form>
    </Dialog>
  );
}
