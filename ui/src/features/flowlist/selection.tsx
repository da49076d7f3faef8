/** What can be done to the flows that are selected. */

import { useState } from "react";
import { deleteFlows, type FlowName, flowKeys, setFlowsEnabled } from "../../api/flows";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { SelectionBar } from "../../kit/selectionbar";
import { Confirm } from "../actions/confirm";
import { useAction } from "../actions/run";

interface Props {
  readonly tenant: string;
  /** Namespace and id, joined by a slash. */
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
}

function names(chosen: ReadonlySet<string>): readonly FlowName[] {
  return [...chosen].map((key) => {
    const slash = key.indexOf("/");
    return { namespace: key.slice(0, slash), id: key.slice(slash + 1) };
  });
}

export function FlowSelection({ tenant, chosen, onChange }: Props) {
  const [isAsking, setAsking] = useState(false);
  const clear = () => onChange(new Set());
  const done = ({ count }: { readonly count: number }) => t("flows.changed", { count });
  const changes = flowKeys.all(tenant);
  const enabling = useAction({
    act: (isEnabled: boolean) => setFlowsEnabled(tenant, names(chosen), isEnabled),
    done,
    changes,
    onDone: clear,
  });
  const deleting = useAction({ act: () => deleteFlows(tenant, names(chosen)), done, changes, onDone: clear });
  const isBusy = enabling.isPending || deleting.isPending;
  return (
    <SelectionBar count={chosen.size} onClear={clear}>
      <Button isBusy={isBusy} onClick={() => enabling.mutate(true)}>
        {t("flows.enable")}
      </Button>
      <Button isBusy={isBusy} onClick={() => enabling.mutate(false)}>
        {t("flows.disable")}
      </Button>
      <Button look="danger" isBusy={isBusy} onClick={() => setAsking(true)}>
        {t("action.delete")}
      </Button>
      <Confirm
        title={t("flows.delete-title", { count: chosen.size })}
        verb={t("action.delete")}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => deleting.mutate(undefined)}
      >
        <ul className="max-h-40 overflow-auto">
          {[...chosen].map((key) => (
            <li key={key}>{key.replace("/", ".")}</li>
          ))}
        </ul>
      </Confirm>
    </SelectionBar>
  );
}
