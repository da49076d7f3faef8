/** What can be done to an execution. What makes no sense in its state is disabled and says so. */

import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { MoreVertical } from "lucide-react";
import { useState } from "react";
import { of } from "../../api/client";
import { act, deleteExecution, executionKeys, kill, possible, type Verb } from "../../api/executions";
import { flow } from "../../api/flows";
import type { Execution, State } from "../../api/types";
import { isEnded } from "../../api/types";
import { AsCommand } from "../../features/actions/ascommand";
import { ChangeStateDialog } from "../../features/actions/changestate";
import { Confirm } from "../../features/actions/confirm";
import { LabelsDialog } from "../../features/actions/editlabels";
import { ReplayDialog } from "../../features/actions/replay";
import { useAction } from "../../features/actions/run";
import { ResumeForm } from "../../features/runform/resume";
import { t } from "../../i18n/text";
import { Button, IconButton } from "../../kit/button";
import { Menu, MenuItem, MenuLine } from "../../kit/menu";
import { stateWord } from "../../kit/statemark";

interface Props {
  readonly tenant: string;
  readonly execution: Execution;
}

/** The one thing that is most probably wanted now: to go on, or to do it once more. */
const LIKELY: Readonly<Partial<Record<State, Verb | "resume">>> = {
  PAUSED: "resume",
  QUEUED: "unqueue",
  FAILED: "restart",
  WARNING: "replay",
  SUCCESS: "replay",
  KILLED: "replay",
  CANCELLED: "replay",
};

export function ExecutionActions({ tenant, execution }: Props) {
  const { id, namespace, flowId, state } = execution;
  const navigate = useNavigate();
  const [asked, setAsked] = useState<"kill" | "delete" | "resume" | "replay" | "state" | "labels" | null>(null);
  const close = () => setAsked(null);
  const changes = executionKeys.all(tenant);
  const newest = useQuery({ ...flow(tenant, { namespace, id: flowId }), enabled: asked === "replay" });
  const open = (answer: Execution) => {
    const params = { tenant, namespace: answer.namespace, flowId: answer.flowId, id: answer.id, tab: "overview" };
    void navigate({ to: "/$tenant/executions/$namespace/$flowId/$id/$tab", params });
  };
  const acting = useAction({
    act: (verb: Verb) => act(tenant, id, verb),
    done: (_, verb) => t(`action.done.${verb}`),
    changes,
    onDone: (answer) => {
      if (answer && answer.id !== id) open(answer);
    },
  });
  const killing = useAction({ act: () => kill(tenant, id), done: () => t("action.done.kill"), changes });
  const deleting = useAction({
    act: () => deleteExecution(tenant, id),
    done: () => t("execution.deleted"),
    changes: executionKeys.lists(tenant),
    onDone: () => void navigate({ to: "/$tenant/executions", params: { tenant } }),
  });
  const whyNot = (verb: Verb | "kill") =>
    possible(state.current, verb) ? undefined : t("action.not-in-state", { state: stateWord(state.current) });
  const all = ["restart", "replay", "pause", "unqueue", "force-run"] as const;
  const first = LIKELY[state.current];
  const start = (verb: Verb | "resume") =>
    verb === "resume" || verb === "replay" ? setAsked(verb) : acting.mutate(verb);
  const notOver = isEnded(state.current) ? undefined : t("execution.still-running");
  return (
    <>
      {first && (
        <Button look="primary" isBusy={acting.isPending} onClick={() => start(first)}>
          {t(`action.${first}`)}
        </Button>
      )}
      {possible(state.current, "kill") && <Button onClick={() => setAsked("kill")}>{t("action.kill")}</Button>}
      <Menu trigger={<IconButton label={t("action.more")} icon={<MoreVertical size={16} />} look="plain" />}>
        {all.map((verb) => (
          <MenuItem key={verb} whyNot={whyNot(verb)} onChoose={() => start(verb)}>
            {t(`action.${verb}`)}
          </MenuItem>
        ))}
        <MenuLine />
        <MenuItem whyNot={notOver} onChoose={() => setAsked("state")}>
          {t("action.change-status")}
        </MenuItem>
        <MenuItem whyNot={notOver} onChoose={() => setAsked("labels")}>
          {t("action.labels")}
        </MenuItem>
        <MenuLine />
        <MenuItem isDanger whyNot={notOver} onChoose={() => setAsked("delete")}>
          {t("action.delete")}
        </MenuItem>
      </Menu>
      <Confirm
        title={t("executions.kill-title", { count: 1 })}
        verb={t("action.kill")}
        isOpen={asked === "kill"}
        onClose={close}
        onConfirm={() => killing.mutate(undefined)}
      >
        {t("execution.kill-hint", {
          count: (execution.taskRunList ?? []).filter((run) => !isEnded(run.state.current)).length,
        })}
        <AsCommand method="DELETE" path={of(tenant, "executions", id, "actions", "kill")} />
      </Confirm>
      <Confirm
        title={t("executions.delete-title", { count: 1 })}
        verb={t("action.delete")}
        isOpen={asked === "delete"}
        onClose={close}
        onConfirm={() => deleting.mutate(undefined)}
      >
        {t("executions.delete-hint")} {flowId} {id}
      </Confirm>
      {asked === "replay" && (
        <ReplayDialog
          tenant={tenant}
          execution={execution}
          latest={newest.data?.revision}
          onClose={close}
          onDone={open}
        />
      )}
      {asked === "state" && <ChangeStateDialog tenant={tenant} execution={execution} onClose={close} />}
      {asked === "labels" && <LabelsDialog tenant={tenant} execution={execution} onClose={close} />}
      <ResumeForm tenant={tenant} execution={execution} isOpen={asked === "resume"} onClose={close} />
    </>
  );
}
