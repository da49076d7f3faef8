/** The dialog that does an execution once more: from where, with which revision, with other inputs. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { checkInputs } from "../../api/executions";
import { orders } from "../../api/orders";
import { firstRuns } from "../../api/taskruns";
import type { Execution, Input } from "../../api/types";
import { t } from "../../i18n/text";
import { Checkbox, RadioGroup } from "../../kit/choices";
import { Field } from "../../kit/field";
import { Failure, Skeleton } from "../../kit/page";
import { Select } from "../../kit/select";
import { useChecked } from "../runform/checked";
import { Inputs } from "../runform/inputs";
import type { Given } from "../runform/values";
import { OrderDialog } from "./order";

/** What to begin with, and how it is called. */
export interface Beginning {
  readonly id: string;
  readonly name: string;
}

interface Props {
  readonly tenant: string;
  readonly execution: Execution;
  /** The latest revision of its flow, if it is known. */
  readonly latest: number | undefined;
  /** What is chosen at first; else the start. */
  readonly from?: Beginning | undefined;
  readonly onClose: () => void;
  readonly onDone: (execution: Execution) => void;
}

/** Runs that somebody may want to begin with: more than this is no list to choose from. */
const RUNS_MAX = 500;
/** Loops that are larger are not listed by their iterations. */
const SMALL = "50";

function useBeginnings(tenant: string, id: string, from: Beginning | undefined): readonly Beginning[] {
  const found = useQuery(firstRuns(tenant, id, [["unfold", SMALL]], RUNS_MAX));
  const runs = (found.data?.rows ?? []).map(({ id: run, taskId, value }) => ({
    id: run,
    name: value === null ? taskId : `${taskId} ${value}`,
  }));
  return from && !runs.some((run) => run.id === from.id) ? [from, ...runs] : runs;
}

export function ReplayDialog({ tenant, execution, latest, from: first, onClose, onDone }: Props) {
  const { id, flowRevision } = execution;
  const [from, setFrom] = useState(first?.id ?? "");
  const [revision, setRevision] = useState<"same" | "latest">("same");
  const [isChanged, setChanged] = useState(false);
  const [given, setGiven] = useState<Given>({});
  const [secret, setSecret] = useState<ReadonlySet<string>>(new Set());
  const beginnings = useBeginnings(tenant, id, first);
  const order = orders.replay(tenant, id, {
    from: from === "" ? undefined : from,
    revision: revision === "latest" ? latest : undefined,
    inputs: isChanged ? given : undefined,
  });
  return (
    <OrderDialog
      tenant={tenant}
      title={t("replay.title")}
      verb={t("action.replay")}
      done={t("action.done.replay")}
      order={order}
      secret={secret}
      onClose={onClose}
      onDone={(made) => made && onDone(made)}
    >
      <p>{t("replay.hint")}</p>
      <Field label={t("replay.from")} hint={t("replay.from-hint")}>
        {(tied) => (
          <Select
            {...tied}
            value={from}
            onChange={setFrom}
            options={[
              { value: "", label: t("replay.from-start") },
              ...beginnings.map((run) => ({ value: run.id, label: run.name })),
            ]}
          />
        )}
      </Field>
      {latest !== undefined && latest !== flowRevision && (
        <RadioGroup
          label={t("replay.revision")}
          value={revision}
          onChange={(value) => setRevision(value === "latest" ? "latest" : "same")}
          options={[
            { value: "same", label: t("replay.same", { revision: String(flowRevision) }) },
            { value: "latest", label: t("replay.latest", { revision: String(latest) }) },
          ]}
        />
      )}
      <Checkbox label={t("replay.inputs")} checked={isChanged} onChange={setChanged} />
      {isChanged && (
        <OtherInputs
          tenant={tenant}
          execution={execution}
          given={given}
          onChange={(next, inputs) => {
            setGiven(next);
            setSecret(new Set(inputs.filter(({ type }) => type === "SECRET").map((input) => input.id)));
          }}
        />
      )}
    </OrderDialog>
  );
}

interface InputsProps {
  readonly tenant: string;
  readonly execution: Execution;
  readonly given: Given;
  readonly onChange: (given: Given, inputs: readonly Input[]) => void;
}

function OtherInputs({ tenant, execution: { namespace, flowId }, given, onChange }: InputsProps) {
  const name = { namespace, id: flowId };
  const checked = useChecked([tenant, "inputs", namespace, flowId], given, (form, signal) =>
    checkInputs(tenant, name, form, signal),
  );
  if (checked.isPending) return <Skeleton rows={2} awaited={t("flow.inputs")} />;
  if (!checked.data) return <Failure error={checked.error} />;
  const { inputs } = checked.data;
  if (inputs.length === 0) return <p className="text-muted">{t("run.no-inputs")}</p>;
  const tell = (next: Given) =>
    onChange(
      next,
      inputs.map(({ input }) => input),
    );
  return <Inputs inputs={inputs} given={given} onChange={tell} isTried={false} />;
}
