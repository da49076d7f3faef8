/** The form that starts an execution. */

import { useState } from "react";
import { checkInputs, createExecution, executionKeys } from "../../api/executions";
import type { Execution, Flow } from "../../api/types";
import { t } from "../../i18n/text";
import { Banner } from "../../kit/banner";
import { Button } from "../../kit/button";
import { Field } from "../../kit/field";
import { Input } from "../../kit/input";
import { Failure, Skeleton } from "../../kit/page";
import { useAction } from "../actions/run";
import { useChecked } from "./checked";
import { Inputs } from "./inputs";
import { formOf, type Given, labelsOf } from "./values";

interface Props {
  readonly tenant: string;
  readonly flow: Flow;
  readonly given: Given;
  readonly onStarted: (execution: Execution) => void;
}

export function RunForm({ tenant, flow, given: first, onStarted }: Props) {
  const [given, setGiven] = useState<Given>(first);
  const [labels, setLabels] = useState("");
  const [date, setDate] = useState("");
  const [isTried, setTried] = useState(false);
  const checked = useChecked([tenant, "inputs", flow.namespace, flow.id, flow.revision], given, (form, signal) =>
    checkInputs(tenant, flow, form, signal),
  );
  const { pairs, wrong } = labelsOf(labels);
  const starting = useAction({
    act: () => {
      const scheduled = date === "" ? [] : [["scheduleDate", new Date(date).toISOString()] as const];
      return createExecution(tenant, flow, formOf(given), [...pairs, ...scheduled]);
    },
    changes: executionKeys.all(tenant),
    onDone: onStarted,
  });
  if (checked.isPending) return <Skeleton awaited={t("flow.inputs")} />;
  if (!checked.data) return <Failure error={checked.error} onRetry={() => void checked.refetch()} />;
  const start = () => {
    setTried(true);
    if (wrong.length === 0 && !starting.isPending) starting.mutate(undefined);
  };
  return (
    <form
      noValidate
      className="flex max-w-160 flex-col gap-4 px-4 pb-8 max-narrow:px-3"
      onSubmit={(event) => {
        event.preventDefault();
        start();
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) start();
      }}
    >
      {checked.data.checks.map(({ message, style }) =>
        message ? (
          <Banner key={message} kind={style === "ERROR" || style === "WARNING" ? "warning" : "note"}>
            {message}
          </Banner>
        ) : null,
      )}
      {checked.data.inputs.length === 0 && <p className="text-muted">{t("run.no-inputs")}</p>}
      <Inputs inputs={checked.data.inputs} given={given} onChange={setGiven} isTried={isTried} />
      <details>
        <summary className="cursor-pointer py-1">{t("run.more")}</summary>
        <div className="flex flex-col gap-4 pt-2">
          <Field
            label={t("run.labels")}
            hint={t("run.labels-hint")}
            errors={wrong.map((part) => t("run.labels-wrong", { label: part }))}
          >
            {(tied) => <Input {...tied} value={labels} onChange={(event) => setLabels(event.target.value)} />}
          </Field>
          <Field label={t("run.date")} hint={t("run.date-hint")}>
            {(tied) => (
              <Input {...tied} type="datetime-local" value={date} onChange={(event) => setDate(event.target.value)} />
            )}
          </Field>
        </div>
      </details>
      <div className="flex gap-2">
        <Button type="submit" look="primary" isBusy={starting.isPending} autoFocus={checked.data.inputs.length === 0}>
          {t("flows.execute")}
        </Button>
      </div>
    </form>
  );
}
