/** What can be done to the executions that are selected. */

import { useState } from "react";
import { actOnMany, executionKeys } from "../../api/executions";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { SelectionBar } from "../../kit/selectionbar";
import { Confirm } from "../actions/confirm";
import { useAction } from "../actions/run";

interface Props {
  readonly tenant: string;
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
  /** How many of them have not ended, as far as this page knows. */
  readonly running: number;
}

type Verb = "restart" | "replay" | "kill" | "delete";

export function ExecutionSelection({ tenant, chosen, onChange, running }: Props) {
  const [asked, setAsked] = useState<"kill" | "delete" | null>(null);
  const clear = () => onChange(new Set());
  const acting = useAction({
    act: (verb: Verb) => actOnMany(tenant, verb, [...chosen]),
    done: (answer) => t("executions.changed", { count: answer?.count ?? chosen.size }),
    changes: executionKeys.all(tenant),
    onDone: clear,
  });
  return (
    <SelectionBar count={chosen.size} onClear={clear}>
      <Button isBusy={acting.isPending} onClick={() => acting.mutate("restart")}>
        {t("action.restart")}
      </Button>
      <Button isBusy={acting.isPending} onClick={() => acting.mutate("replay")}>
        {t("action.replay")}
      </Button>
      <Button isBusy={acting.isPending} disabled={running === 0} onClick={() => setAsked("kill")}>
        {t("action.kill")}
      </Button>
      <Button look="danger" isBusy={acting.isPending} onClick={() => setAsked("delete")}>
        {t("action.delete")}
      </Button>
      <Confirm
        title={t("executions.kill-title", { count: running })}
        verb={t("action.kill")}
        isOpen={asked === "kill"}
        onClose={() => setAsked(null)}
        onConfirm={() => acting.mutate("kill")}
      >
        {t("executions.kill-hint", { count: running, ended: chosen.size - running })}
      </Confirm>
      <Confirm
        title={t("executions.delete-title", { count: chosen.size })}
        verb={t("action.delete")}
        isOpen={asked === "delete"}
        onClose={() => setAsked(null)}
        onConfirm={() => acting.mutate("delete")}
      >
        {t("executions.delete-hint")}
      </Confirm>
    </SelectionBar>
  );
}
