/** The form that a paused execution waits for. */

import { useState } from "react";
import { checkResume, executionKeys, resume } from "../../api/executions";
import type { Execution } from "../../api/types";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { Dialog } from "../../kit/dialog";
import { Failure, Skeleton } from "../../kit/page";
import { useAction } from "../actions/run";
import { useChecked } from "./checked";
import { Inputs } from "./inputs";
import { formOf, type Given } from "./values";

interface Props {
  readonly tenant: string;
  readonly execution: Execution;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export function ResumeForm(props: Props) {
  // Asked anew each time it opens: the execution may have moved on.
  return props.isOpen ? <Open {...props} /> : null;
}

function Open({ tenant, execution: { id }, isOpen, onClose }: Props) {
  const [given, setGiven] = useState<Given>({});
  const [isTried, setTried] = useState(false);
  const checked = useChecked([tenant, "resume", id], given, (form, signal) => checkResume(tenant, id, form, signal));
  const resuming = useAction({
    act: () => resume(tenant, id, formOf(given)),
    done: () => t("action.done.resume"),
    changes: executionKeys.all(tenant),
    onDone: onClose,
  });
  return (
    <Dialog
      title={t("resume.title")}
      isOpen={isOpen}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("kit.cancel")}</Button>
          <Button
            look="primary"
            isBusy={resuming.isPending}
            onClick={() => {
              setTried(true);
              resuming.mutate(undefined);
            }}
          >
            {t("action.resume")}
          </Button>
        </>
      }
    >
      {checked.isPending && <Skeleton rows={2} awaited={t("flow.inputs")} />}
      {checked.isError && <Failure error={checked.error} />}
      {checked.data && (
        <div className="flex flex-col gap-4">
          {checked.data.inputs.length === 0 && <p>{t("resume.no-inputs")}</p>}
          <Inputs inputs={checked.data.inputs} given={given} onChange={setGiven} isTried={isTried} />
        </div>
      )}
    </Dialog>
  );
}
