/** The columns of a list of executions. */

import { Link } from "@tanstack/react-router";
import type { Execution, State, TaskRun } from "../../api/types";
import { isEnded } from "../../api/types";
import { middle } from "../../i18n/format";
import { t } from "../../i18n/text";
import { NAME_LINK } from "../../kit/link";
import { StateMark } from "../../kit/statemark";
import type { Column } from "../../kit/table";
import { Labels } from "../labels";
import { Moment } from "../live/moments";
import { TookBar } from "./took";

/** The task run that says most about where an execution stands: one that failed, else one that has not ended. */
export function telling(runs: readonly TaskRun[] | undefined): TaskRun | undefined {
  const last = (is: (state: State) => boolean) => runs?.findLast(({ state }) => is(state.current));
  const parents = new Set((runs ?? []).map(({ parentTaskRunId }) => parentTaskRunId));
  return (
    runs?.findLast(({ id, state }) => state.current === "FAILED" && !parents.has(id)) ??
    last((state) => !isEnded(state))
  );
}

/** Why it stands where it stands, in a line: what failed first, what it waits for, or the task at work. */
function Now({ execution: { state, taskRunList, cause, failure } }: { readonly execution: Execution }) {
  if (state.current === "SUCCESS") return null;
  const task = failure?.taskId ?? telling(taskRunList)?.taskId;
  const words = failure?.message ?? cause?.words;
  return (
    <span title={words} className="text-muted">
      {task && <span className="font-mono text-code text-text">{task}</span>}
      {task && words && ": "}
      {words}
    </span>
  );
}

/** `usual` says what an execution of a flow usually takes, in milliseconds. */
export function executionColumns(
  tenant: string,
  isOfFlow: boolean,
  usual: (execution: Execution) => number | null | undefined,
): readonly Column<Execution>[] {
  const all: readonly Column<Execution>[] = [
    {
      id: "state",
      title: t("executions.state"),
      sort: "state.current",
      isFixed: true,
      cell: ({ state }) => <StateMark state={state.current} />,
    },
    {
      id: "flow",
      title: t("executions.flow"),
      sort: "flowId",
      cell: ({ namespace, flowId }) => (
        <span>
          <Link
            to="/$tenant/flows/edit/$namespace/$id/$tab"
            params={{ tenant, namespace, id: flowId, tab: "overview" }}
            className="hover:underline"
          >
            {flowId}
          </Link>{" "}
          <Link
            to="/$tenant/executions"
            params={{ tenant }}
            search={{ "filters[namespace][EQUALS]": namespace }}
            className="text-muted hover:underline"
          >
            {namespace}
          </Link>
        </span>
      ),
    },
    {
      id: "id",
      title: t("executions.id"),
      isFixed: true,
      cell: ({ id, namespace, flowId }) => (
        <Link
          to="/$tenant/executions/$namespace/$flowId/$id/$tab"
          params={{ tenant, namespace, flowId, id, tab: "overview" }}
          title={id}
          className={`${NAME_LINK} font-mono text-code`}
        >
          {middle(id)}
        </Link>
      ),
    },
    {
      id: "started",
      title: t("executions.started"),
      sort: "state.startDate",
      cell: ({ state }) => <Moment iso={state.startDate} />,
    },
    {
      id: "duration",
      title: t("executions.duration"),
      sort: "state.duration",
      isNumber: true,
      cell: (execution) => <TookBar state={execution.state} usual={usual(execution)} />,
    },
    { id: "trigger", title: t("executions.trigger"), cell: ({ trigger }) => trigger?.id },
    {
      id: "now",
      title: t("executions.now"),
      isWide: true,
      cell: (execution) => <Now execution={execution} />,
    },
    { id: "labels", title: t("executions.labels"), cell: ({ labels }) => <Labels labels={labels} list="executions" /> },
  ];
  return isOfFlow ? all.filter(({ id }) => id !== "flow") : all;
}
