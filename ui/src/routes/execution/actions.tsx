/** What can be done to an execution. What makes no sense in its state is disabled and says so. */

import { MoreVertical } from "lucide-react";
import { useEffect, useState } from "react";
import { possible, type Verb } from "../../api/executions";
import type { Execution, State } from "../../api/types";
import { isEnded } from "../../api/types";
import { listen } from "../../app/shortcuts";
import { ChangeStateDialog } from "../../features/actions/changestate";
import { DeleteDialog, KillDialog, PlainDialog, RestartDialog } from "../../features/actions/dialogs";
import { LabelsDialog } from "../../features/actions/editlabels";
import { ResumeForm } from "../../features/runform/resume";
import { t } from "../../i18n/text";
import { Button, IconButton } from "../../kit/button";
import { Menu, MenuItem, MenuLine } from "../../kit/menu";
import { stateWord } from "../../kit/statemark";
import { Replay } from "./replay";

type Asked = Verb | "resume" | "kill" | "delete" | "state" | "labels";

interface Props {
  readonly tenant: string;
  readonly execution: Execution;
}

/** The one thing that is most probably wanted now: to go on, or to do it once more. */
const LIKELY: Readonly<Partial<Record<State, Verb | "resume">>> = {
  PAUSED: "resume",
  BREAKPOINT: "resume-from-breakpoint",
  QUEUED: "unqueue",
  FAILED: "restart",
  WARNING: "replay",
  SUCCESS: "replay",
  KILLED: "replay",
  CANCELLED: "replay",
};

const IN_MENU = ["restart", "replay", "pause", "resume-from-breakpoint", "unqueue", "force-run"] as const;

/** `Shift+R` asks for a replay. */
function useReplayKey(isPossible: boolean, replay: () => void): void {
  useEffect(() => (isPossible ? listen({ R: replay }) : undefined), [isPossible, replay]);
}

export function ExecutionActions({ tenant, execution }: Props) {
  const { current } = execution.state;
  const [asked, setAsked] = useState<Asked | null>(null);
  const [askReplay] = useState(() => () => setAsked("replay"));
  useReplayKey(possible(current, "replay"), askReplay);
  const whyNot = (verb: Verb) =>
    possible(current, verb) ? undefined : t("action.not-in-state", { state: stateWord(current) });
  const notOver = isEnded(current) ? undefined : t("execution.still-running");
  const first = LIKELY[current];
  return (
    <>
      {first && (
        <Button look="primary" onClick={() => setAsked(first)}>
          {t(`action.${first}`)}
        </Button>
      )}
      {current === "FAILED" && <Button onClick={askReplay}>{t("action.replay")}</Button>}
      {possible(current, "kill") && <Button onClick={() => setAsked("kill")}>{t("action.kill")}</Button>}
      <Menu trigger={<IconButton label={t("action.more")} icon={<MoreVertical size={16} />} look="plain" />}>
        {IN_MENU.map((verb) => (
          <MenuItem key={verb} whyNot={whyNot(verb)} onChoose={() => setAsked(verb)}>
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
      {asked && <Ask tenant={tenant} execution={execution} asked={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

interface AskProps extends Props {
  readonly asked: Asked;
  readonly onClose: () => void;
}

/** The dialog of an action. */
export function Ask({ asked, ...props }: AskProps) {
  switch (asked) {
    case "restart":
      return <RestartDialog {...props} />;
    case "replay":
      return <Replay {...props} />;
    case "resume":
      return <ResumeForm {...props} isOpen />;
    case "kill":
      return <KillDialog {...props} />;
    case "state":
      return <ChangeStateDialog {...props} />;
    case "labels":
      return <LabelsDialog {...props} />;
    case "delete":
      return <DeleteDialog {...props} />;
    default:
      return <PlainDialog {...props} verb={asked} />;
  }
}
