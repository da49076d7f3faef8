/** Runs the occurrences of a past range. What it will create is asked of the server before and said here. */

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { flow } from "../../api/flows";
import { createBackfill, firePreview, type TriggerRow, triggerKeys } from "../../api/triggers";
import type { Json } from "../../api/types";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { localMoment } from "../../kit/daterange";
import { Field } from "../../kit/field";
import { Input, TextArea } from "../../kit/input";
import { Failure, Skeleton } from "../../kit/page";
import { useAction } from "../actions/run";
import { tagsOf } from "../secrets/tags";
import { planned } from "./plan";

interface Props {
  readonly tenant: string;
  readonly row: TriggerRow;
  readonly onDone: () => void;
}

const DAY = 86_400_000;

/** `null` if it is no JSON object. */
function inputsOf(text: string): Readonly<Record<string, Json>> | null {
  if (text.trim() === "") return {};
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, Json>>)
      : null;
  } catch {
    return null;
  }
}

export function BackfillForm({ tenant, row: { state }, onDone }: Props) {
  const [start, setStart] = useState(() => localMoment(new Date(Date.now() - 7 * DAY).toISOString()));
  const [end, setEnd] = useState(() => localMoment(new Date().toISOString()));
  const [inputs, setInputs] = useState("");
  const [labels, setLabels] = useState("");
  const [given, tags] = [inputsOf(inputs), tagsOf(labels)];
  const isRange = start !== "" && end !== "" && start < end;
  const creating = useAction({
    act: () =>
      createBackfill(tenant, {
        namespace: state.namespace,
        flowId: state.flowId,
        triggerId: state.triggerId,
        backfill: {
          start: new Date(start).toISOString(),
          end: new Date(end).toISOString(),
          inputs: given ?? {},
          labels: tags ?? [],
        },
      }),
    done: () => t("trigger.backfill-begun"),
    changes: triggerKeys.all(tenant),
    onDone,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isRange && given && tags) creating.mutate(undefined);
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3 rounded-panel border border-control p-3">
      <div className="grid grid-cols-2 gap-3 max-narrow:grid-cols-1">
        <Field label={t("range.from")}>
          {(tied) => (
            <Input {...tied} type="datetime-local" value={start} onChange={(event) => setStart(event.target.value)} />
          )}
        </Field>
        <Field label={t("range.to")} errors={start !== "" && end !== "" && !isRange ? [t("range.backwards")] : []}>
          {(tied) => (
            <Input {...tied} type="datetime-local" value={end} onChange={(event) => setEnd(event.target.value)} />
          )}
        </Field>
      </div>
      <Field
        label={t("trigger.backfill-inputs")}
        hint={t("trigger.backfill-inputs-hint")}
        errors={given === null ? [t("default.values-wrong")] : []}
      >
        {(tied) => <TextArea {...tied} rows={2} value={inputs} onChange={(event) => setInputs(event.target.value)} />}
      </Field>
      <Field
        label={t("executions.labels")}
        hint={t("run.labels-hint")}
        errors={tags === null ? [t("secret.tags-wrong")] : []}
      >
        {(tied) => <Input {...tied} value={labels} onChange={(event) => setLabels(event.target.value)} />}
      </Field>
      {isRange && (
        <Plan tenant={tenant} state={state} start={new Date(start).toISOString()} end={new Date(end).toISOString()} />
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onDone}>{t("kit.cancel")}</Button>
        <Button look="primary" type="submit" disabled={!isRange || !given || !tags} isBusy={creating.isPending}>
          {t("trigger.backfill-start")}
        </Button>
      </div>
    </form>
  );
}

interface PlanProps {
  readonly tenant: string;
  readonly state: TriggerRow["state"];
  readonly start: string;
  readonly end: string;
}

function Plan({ tenant, state, start, end }: PlanProps) {
  const source = useQuery(flow(tenant, { namespace: state.namespace, id: state.flowId })).data?.source;
  const preview = useQuery({
    ...firePreview(tenant, source ?? "", state.triggerId, start),
    enabled: source !== undefined,
  });
  if (preview.isError) return <Failure error={preview.error} onRetry={() => void preview.refetch()} />;
  if (!preview.data) return <Skeleton awaited={t("trigger.times")} rows={1} />;
  const [times] = preview.data.triggers;
  if (times?.error) return <p className="text-failed">{times.error}</p>;
  const { count, isMore, first, last } = planned(times?.times ?? [], end);
  return (
    <p role="status">
      <strong>{t(isMore ? "trigger.plan-more" : "trigger.plan", { count })}</strong>
      {first && last && (
        <span className="text-muted">
          {" "}
          {t("trigger.plan-range", {
            first: first.local.replace("T", " "),
            last: last.local.replace("T", " "),
            zone: first.zone,
          })}
        </span>
      )}
    </p>
  );
}
