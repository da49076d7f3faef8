/** The dialog for the labels of an execution. Those of the system stay as they are. */

import { useState } from "react";
import { orders } from "../../api/orders";
import type { Execution, Label } from "../../api/types";
import { t } from "../../i18n/text";
import { Field } from "../../kit/field";
import { Input } from "../../kit/input";
import { useShownLabels } from "../labels";
import { labelsOf } from "../runform/values";
import { OrderDialog } from "./order";

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
  const wanted = pairs.map(([, pair]) => asLabel(pair));
  return (
    <OrderDialog
      tenant={tenant}
      title={t("execution.labels")}
      verb={t("edit.save")}
      done={t("action.done.labels")}
      order={wrong.length > 0 ? null : orders.setLabels(tenant, id, wanted)}
      onClose={onClose}
    >
      <Field
        label={t("run.labels")}
        hint={t("run.labels-hint")}
        errors={wrong.map((part) => t("run.labels-wrong", { label: part }))}
      >
        {(tied) => <Input {...tied} value={text} onChange={(event) => setText(event.target.value)} />}
      </Field>
    </OrderDialog>
  );
}
