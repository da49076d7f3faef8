/** The form that a paused execution waits for. */

import { useState } from "react";
import { checkResume } from "../../api/executions";
import { orders } from "../../api/orders";
import type { Execution } from "../../api/types";
import { t } from "../../i18n/text";
import { Failure, Skeleton } from "../../kit/page";
import { OrderDialog } from "../actions/order";
import { useChecked } from "./checked";
import { Inputs } from "./inputs";
import type { Given } from "./values";

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

function Open({ tenant, execution, onClose }: Props) {
  const { id } = execution;
  const [given, setGiven] = useState<Given>({});
  const checked = useChecked([tenant, "resume", id], given, (form, signal) => checkResume(tenant, id, form, signal));
  const inputs = checked.data?.inputs ?? [];
  const isWrong = inputs.some(({ enabled, errors }) => enabled && errors.length > 0);
  return (
    <OrderDialog
      tenant={tenant}
      title={t("resume.title")}
      verb={t("action.resume")}
      done={t("action.done.resume")}
      order={checked.data && !isWrong ? orders.resume(tenant, id, given) : null}
      secret={new Set(inputs.filter(({ input }) => input.type === "SECRET").map(({ input }) => input.id))}
      onClose={onClose}
    >
      {checked.isPending && <Skeleton rows={2} awaited={t("flow.inputs")} />}
      {checked.isError && <Failure error={checked.error} />}
      {checked.data && (
        <div className="flex flex-col gap-4">
          {inputs.length === 0 && <p>{t("resume.no-inputs")}</p>}
          <Inputs inputs={inputs} given={given} onChange={setGiven} isTried={false} />
        </div>
      )}
    </OrderDialog>
  );
}
