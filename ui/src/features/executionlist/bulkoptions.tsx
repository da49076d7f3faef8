/** What a bulk action needs to know before it can be looked at: a status, labels, a revision. */

import { useState } from "react";
import type { BulkAction, BulkOptions } from "../../api/bulk";
import type { State } from "../../api/types";
import { t } from "../../i18n/text";
import { RadioGroup } from "../../kit/choices";
import { Field } from "../../kit/field";
import { Input } from "../../kit/input";
import { Select } from "../../kit/select";
import { stateWord } from "../../kit/statemark";
import { labelsOf } from "../runform/values";

/** What the server lets people say of an execution that is over. */
const STATUSES: readonly State[] = ["SUCCESS", "WARNING", "FAILED", "CANCELLED"];

/** The options at first; `null` while the person has to say something. */
export function firstOptions(action: BulkAction): BulkOptions | null {
  switch (action) {
    case "delete":
      // What belongs to an execution goes with it. Those that still run are skipped.
      return { deleteLogs: true, deleteStorage: true };
    case "change-status":
      return { state: "SUCCESS" };
    case "labels":
      return null;
    default:
      return {};
  }
}

interface Props {
  readonly action: BulkAction;
  readonly options: BulkOptions | null;
  readonly onChange: (options: BulkOptions | null) => void;
}

export function BulkForm({ action, options, onChange }: Props) {
  switch (action) {
    case "change-status":
      return (
        <Field label={t("change-status.to")} hint={t("bulk.status-hint")}>
          {(tied) => (
            <Select
              {...tied}
              value={String(options?.state)}
              onChange={(state) => onChange({ state })}
              options={STATUSES.map((value) => ({ value, label: stateWord(value) }))}
            />
          )}
        </Field>
      );
    case "replay":
      return (
        <RadioGroup
          label={t("replay.revision")}
          value={options?.latestRevision === true ? "latest" : "same"}
          onChange={(value) => onChange(value === "latest" ? { latestRevision: true } : {})}
          options={[
            { value: "same", label: t("bulk.same-revision") },
            { value: "latest", label: t("bulk.latest-revision") },
          ]}
        />
      );
    case "labels":
      return <LabelsField onChange={onChange} />;
    default:
      return null;
  }
}

function LabelsField({ onChange }: Pick<Props, "onChange">) {
  const [text, setText] = useState("");
  const { wrong } = labelsOf(text);
  const change = (next: string) => {
    setText(next);
    onChange(labelOptions(next));
  };
  return (
    <Field
      label={t("run.labels")}
      hint={`${t("run.labels-hint")}. ${t("bulk.labels-hint")}`}
      errors={wrong.map((part) => t("run.labels-wrong", { label: part }))}
    >
      {(tied) => <Input {...tied} value={text} onChange={(event) => change(event.target.value)} />}
    </Field>
  );
}

/** Labels as the server wants them; `null` while there is none, or one that is none. */
export function labelOptions(text: string): BulkOptions | null {
  const { pairs, wrong } = labelsOf(text);
  if (pairs.length === 0 || wrong.length > 0) return null;
  return {
    labels: pairs.map(([, pair]) => {
      const colon = pair.indexOf(":");
      return { key: pair.slice(0, colon), value: pair.slice(colon + 1).trim() };
    }),
  };
}
