/** The dialog that does an execution once more: from where, with which revision, with other inputs. */

import { useState } from "react";
import { checkInputs, executionKeys, replay, replayPath } from "../../api/executions";
import type { Execution } from "../../api/types";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { Checkbox, RadioGroup } from "../../kit/choices";
import { Dialog } from "../../kit/dialog";
import { Field } from "../../kit/field";
import { Failure, Skeleton } from "../../kit/page";
import { Select } from "../../kit/select";
import { useChecked } from "../runform/checked";
import { Inputs } from "../runform/inputs";
import { formOf, type Given } from "../runform/values";
import { AsCommand } from "./ascommand";
import { useAction } from "./run";

interface Props {
  readonly tenant: string;
  readonly execution: Execution;
  /** The latest revision of its flow, if it is known. */
  readonly latest: number | undefined;
  readonly onClose: () => void;
  readonly onDone: (execution: Execution) => void;
}

/** Runs that somebody may want to begin with: more than this is no list to choose from. */
const RUNS_MAX = 500;

export function ReplayDialog({ tenant, execution, latest, onClose, onDone }: Props) {
  const { id, flowRevision, taskRunList = [] } = execution;
  const [from, setFrom] = useState("");
  const [revision, setRevision] = useState<"same" | "latest">("same");
  const [isChanged, setChanged] = useState(false);
  const [given, setGiven] = useState<Given>({});
  const query = [
    ...(from === "" ? [] : [["taskRunId", from] as const]),
    ...(revision === "latest" && latest !== undefined ? [["revision", String(latest)] as const] : []),
  ];
  const replaying = useAction({
    act: () => replay(tenant, id, query, isChanged ? formOf(given) : null),
    done: () => t("action.done.replay"),
    changes: executionKeys.all(tenant),
    onDone: (made) => {
      onClose();
      onDone(made);
    },
  });
  const begins = taskRunList.slice(0, RUNS_MAX).map((run) => ({
    value: run.id,
    label: run.value === undefined ? run.taskId : `${run.taskId} ${run.value}`,
  }));
  return (
    <Dialog
      title={t("replay.title")}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("kit.cancel")}</Button>
          <Button look="primary" isBusy={replaying.isPending} onClick={() => replaying.mutate(undefined)}>
            {t("action.replay")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <p>{t("replay.hint")}</p>
        <Field label={t("replay.from")} hint={t("replay.from-hint")}>
          {(tied) => (
            <Select
              {...tied}
              value={from}
              onChange={setFrom}
              options={[{ value: "", label: t("replay.from-start") }, ...begins]}
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
        {isChanged && <OtherInputs tenant={tenant} execution={execution} given={given} onChange={setGiven} />}
        {!isChanged && <AsCommand method="POST" path={replayPath(tenant, id, query)} />}
      </div>
    </Dialog>
  );
}

interface InputsProps {
  readonly tenant: string;
  readonly execution: Execution;
  readonly given: Given;
  readonly onChange: (given: Given) => void;
}

function OtherInputs({ tenant, execution: { namespace, flowId }, given, onChange }: InputsProps) {
  const name = { namespace, id: flowId };
  const checked = useChecked([tenant, "inputs", namespace, flowId], given, (form, signal) =>
    checkInputs(tenant, name, form, signal),
  );
  if (checked.isPending) return <Skeleton rows={2} awaited={t("flow.inputs")} />;
  if (!checked.data) return <Failure error={checked.error} />;
  if (checked.data.inputs.length === 0) return <p className="text-muted">{t("run.no-inputs")}</p>;
  return <Inputs inputs={checked.data.inputs} given={given} onChange={onChange} isTried={false} />;
}
