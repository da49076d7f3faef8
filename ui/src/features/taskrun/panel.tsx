/** One task run beside the others: what became of it and why, what it said and gave, and what can be done about it. */

import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useState } from "react";
import { possible } from "../../api/executions";
import { taskRun } from "../../api/taskruns";
import type { Execution, TaskRun } from "../../api/types";
import { isEnded } from "../../api/types";
import { t } from "../../i18n/text";
import { Button, IconButton } from "../../kit/button";
import { Failure, Skeleton } from "../../kit/page";
import { StateMark, stateWord } from "../../kit/statemark";
import { ChangeTaskStateDialog } from "../actions/changestate";
import type { Beginning } from "../actions/replay";
import { Took } from "../live/moments";
import { Values } from "../outputs/values";
import { WhyPanel } from "../why/why";
import { Attempts, History } from "./history";
import { FirstLines } from "./lines";
import { Metrics } from "./metrics";
import { Part } from "./part";

interface Props {
  readonly tenant: string;
  readonly execution: Execution;
  readonly run: string;
  readonly onClose: () => void;
  /** The page knows what a replay opens. */
  readonly onReplay: (from: Beginning) => void;
}

export function TaskRunPanel(props: Props) {
  const { tenant, execution, run, onClose } = props;
  const found = useQuery(taskRun(tenant, execution.id, run));
  const name = found.data ? nameOfRun(found.data) : "";
  return (
    <aside
      aria-label={t("taskrun.of", { name })}
      className="min-h-0 overflow-auto border-border border-l bg-bg max-narrow:fixed max-narrow:inset-x-0 max-narrow:top-24 max-narrow:bottom-0 max-narrow:z-30 max-narrow:border-t max-narrow:border-l-0 max-narrow:shadow-over"
    >
      <header className="sticky top-0 z-10 flex items-center gap-2 border-border border-b bg-bg py-1 pr-2 pl-4">
        <h2 className="min-w-0 flex-1 truncate font-mono font-semibold text-code">{name}</h2>
        <IconButton label={t("kit.close")} icon={<X size={16} />} onClick={onClose} />
      </header>
      {found.isPending && <Skeleton awaited={t("execution.runs")} />}
      {found.isError && <Failure error={found.error} onRetry={() => void found.refetch()} />}
      {found.data && <Body {...props} of={found.data} failure={found.data.failure} />}
    </aside>
  );
}

function nameOfRun({ taskId, value }: TaskRun): string {
  return value === undefined ? taskId : `${taskId} ${value}`;
}

function Body({
  tenant,
  execution,
  of: run,
  failure,
  onReplay,
}: Props & { readonly of: TaskRun; readonly failure: string | null }) {
  const [isChanging, setChanging] = useState(false);
  const { current } = execution.state;
  const notNow = isEnded(current) ? undefined : t("execution.still-running");
  const canReplay = possible(current, "replay");
  const { outputs } = run;
  const hasOutputs = typeof outputs === "object" && outputs !== null && !Array.isArray(outputs);
  return (
    <div className="flex flex-col gap-5 p-4">
      <p className="flex flex-wrap items-center gap-3">
        <span className="font-semibold">
          <StateMark state={run.state.current} />
        </span>
        <Took state={run.state} />
        <span className="ml-auto flex flex-wrap gap-2">
          <Button
            disabled={!canReplay}
            title={canReplay ? undefined : t("action.not-in-state", { state: stateWord(current) })}
            onClick={() => onReplay({ id: run.id, name: nameOfRun(run) })}
          >
            {t("action.replay-from")}
          </Button>
          <Button disabled={notNow !== undefined} title={notNow} onClick={() => setChanging(true)}>
            {t("action.change-status")}
          </Button>
        </span>
      </p>
      {failure && (
        <Part title={t("taskrun.failure")}>
          <p className="whitespace-pre-wrap break-words text-failed">{failure}</p>
        </Part>
      )}
      {!isEnded(run.state.current) && (
        <WhyPanel tenant={tenant} execution={execution} taskRun={run.id} offer={() => null} />
      )}
      <Part title={t("taskrun.logs")}>
        <FirstLines tenant={tenant} execution={execution} run={run} />
      </Part>
      {hasOutputs && (
        <Part title={t("taskrun.outputs")}>
          <Values
            label={t("outputs.of", { task: run.taskId })}
            values={outputs as Parameters<typeof Values>[0]["values"]}
            root={`outputs.${run.taskId}`}
            tenant={tenant}
            execution={execution.id}
          />
        </Part>
      )}
      <Metrics tenant={tenant} execution={execution.id} run={run.id} />
      <Part title={t("taskrun.states")}>
        <History state={run.state} />
      </Part>
      <Attempts run={run} />
      {isChanging && (
        <ChangeTaskStateDialog tenant={tenant} execution={execution} run={run} onClose={() => setChanging(false)} />
      )}
    </div>
  );
}
