/** The answer first: what failed or why it waits. Below it what went in and what came out. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { logs, why } from "../../api/executions";
import type { Execution, Json, State, TaskRun } from "../../api/types";
import { isEnded } from "../../api/types";
import { telling } from "../../features/executionlist/columns";
import { useNow } from "../../features/live/live";
import { Moment } from "../../features/live/moments";
import { Values } from "../../features/outputs/values";
import { defaultForm, duration, logMoment } from "../../i18n/format";
import { t } from "../../i18n/text";
import { LINK } from "../../kit/link";
import { StateMark, stateWord } from "../../kit/statemark";

interface Props {
  readonly tenant: string;
  readonly execution: Execution;
}

export function ExecutionOverview({ tenant, execution }: Props) {
  const { state, inputs, outputs, variables, trigger, taskRunList } = execution;
  const given = trigger?.variables;
  return (
    <div className="flex flex-col gap-6 p-4 max-narrow:p-3">
      {state.current === "FAILED" && <FailureCard tenant={tenant} execution={execution} />}
      {!isEnded(state.current) && <WhyCard tenant={tenant} execution={execution} />}
      <Counts runs={taskRunList ?? []} />
      <div className="grid grid-cols-2 gap-6 max-narrow:grid-cols-1">
        <Shown tenant={tenant} execution={execution} title={t("execution.inputs")} values={inputs} root="inputs" />
        <Shown tenant={tenant} execution={execution} title={t("execution.outputs")} values={outputs} root="outputs" />
        <Shown
          tenant={tenant}
          execution={execution}
          title={t("execution.variables")}
          values={variables}
          root="vars"
          isOnlyIfAny
        />
        {typeof given === "object" && given !== null && !Array.isArray(given) && (
          <Shown
            tenant={tenant}
            execution={execution}
            title={t("execution.trigger")}
            values={given as Readonly<Record<string, Json>>}
            root="trigger"
            isOnlyIfAny
          />
        )}
        <History execution={execution} />
        <Relatives tenant={tenant} execution={execution} />
      </div>
    </div>
  );
}

function Box({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="min-w-0">
      <h2 className="mb-1 font-semibold text-section">{title}</h2>
      {children}
    </section>
  );
}

interface ShownProps extends Props {
  readonly title: string;
  readonly values: Readonly<Record<string, Json>> | undefined;
  readonly root: string;
  readonly isOnlyIfAny?: boolean;
}

function Shown({ tenant, execution, title, values = {}, root, isOnlyIfAny = false }: ShownProps) {
  const isEmpty = Object.keys(values).length === 0;
  if (isEmpty && isOnlyIfAny) return null;
  return (
    <Box title={title}>
      {isEmpty ? (
        <p className="text-muted">{t("execution.nothing")}</p>
      ) : (
        <Values label={title} values={values} root={root} tenant={tenant} execution={execution.id} />
      )}
    </Box>
  );
}

const LAST_LINES = 8;
/** How often it is asked again why something waits. */
const WHY_MS = 5_000;

/** The task that failed and what its log said last. */
function FailureCard({ tenant, execution }: Props) {
  const run = telling(execution.taskRunList);
  const log = useQuery(logs(tenant, execution.id));
  const lines = (log.data ?? []).filter(({ taskRunId }) => !run || taskRunId === run.id || taskRunId === undefined);
  const cause = lines.findLast(({ level }) => level === "ERROR");
  return (
    <section aria-label={t("execution.failure")} className="rounded-panel border border-failed p-4">
      <h2 className="flex flex-wrap items-center gap-2 font-semibold text-section">
        <StateMark state="FAILED" />
        {run && <span className="font-mono">{run.taskId}</span>}
        {run && (run.attempts?.length ?? 0) > 1 && (
          <span className="font-normal">{t("execution.attempts", { count: run.attempts?.length ?? 0 })}</span>
        )}
      </h2>
      {cause && <p className="mt-1 whitespace-pre-wrap break-words">{cause.message}</p>}
      {lines.length > 1 && (
        <pre className="mt-2 overflow-x-auto font-mono text-code text-muted">
          {lines
            .slice(-LAST_LINES)
            .map(
              ({ timestamp, level, message }) => `${logMoment(timestamp, defaultForm())} ${level.padEnd(5)} ${message}`,
            )
            .join("\n")}
        </pre>
      )}
      <Link
        to="/$tenant/executions/$namespace/$flowId/$id/$tab"
        params={{ tenant, namespace: execution.namespace, flowId: execution.flowId, id: execution.id, tab: "logs" }}
        className={`${LINK} mt-2 inline-block`}
      >
        {t("execution.all-logs")}
      </Link>
    </section>
  );
}

/** Why it does not move, in the server's words. While a worker works nothing is waited for. */
function WhyCard({ tenant, execution }: Props) {
  const reason = useQuery({ ...why(tenant, execution.id), refetchInterval: WHY_MS });
  const now = useNow(true);
  const isRunning = execution.state.current === "RUNNING";
  const answer = reason.data;
  if (isRunning && !answer?.cause) return null;
  const since = answer?.since ?? execution.state.histories?.at(-1)?.date ?? execution.state.startDate;
  const { until, at, executionId, error } = answer?.facts ?? {};
  const moment = until ?? at;
  return (
    <section aria-label={t("execution.why")} className="rounded-panel border border-control p-4">
      <h2 className="flex items-center gap-2 font-semibold text-section">
        <StateMark state={execution.state.current} />
        {t("execution.since", { duration: duration(now - Date.parse(since)) })}
      </h2>
      {answer?.words && <p className="mt-1 whitespace-pre-wrap">{answer.words}</p>}
      {error && <p className="mt-1 whitespace-pre-wrap text-muted">{error}</p>}
      {moment && (
        <p className="mt-1">
          {t("execution.until")} <Moment iso={moment} />
        </p>
      )}
      {executionId && (
        <Link
          to="/$tenant/executions"
          params={{ tenant }}
          search={{ "filters[q][EQUALS]": executionId }}
          className={`${LINK} mt-1 inline-block font-mono`}
        >
          {executionId}
        </Link>
      )}
      {answer === null && <p className="mt-1 text-muted">{t("execution.why-absent")}</p>}
      {reason.isError && <p className="mt-1 text-failed">{reason.error.message}</p>}
    </section>
  );
}

/** How many task runs are in which state. */
function Counts({ runs }: { readonly runs: readonly TaskRun[] }) {
  const counts = new Map<State, number>();
  for (const { state } of runs) counts.set(state.current, (counts.get(state.current) ?? 0) + 1);
  if (counts.size === 0) return <p className="text-muted">{t("execution.no-runs")}</p>;
  return (
    <ul aria-label={t("execution.runs")} className="flex flex-wrap gap-x-5 gap-y-1">
      {[...counts].map(([state, count]) => (
        <li key={state} className="flex items-center gap-1.5">
          <span className="font-semibold">{count}</span>
          <StateMark state={state} />
        </li>
      ))}
    </ul>
  );
}

function History({ execution: { state } }: { readonly execution: Execution }) {
  return (
    <Box title={t("execution.history")}>
      <ol>
        {(state.histories ?? []).map(({ state: one, date }) => (
          <li key={`${one} ${date}`} className="flex h-7 items-center gap-3">
            <span className="w-36">
              <StateMark state={one} />
            </span>
            <span className="text-muted" title={stateWord(one)}>
              <Moment iso={date} />
            </span>
          </li>
        ))}
      </ol>
    </Box>
  );
}

function Relatives({ tenant, execution: { id, parentId, originalId } }: Props) {
  const original = originalId !== id ? originalId : undefined;
  if (!parentId && !original) return null;
  const link = (other: string) => (
    <Link
      to="/$tenant/executions"
      params={{ tenant }}
      search={{ "filters[q][EQUALS]": other }}
      className={`${LINK} font-mono`}
    >
      {other}
    </Link>
  );
  return (
    <Box title={t("execution.relatives")}>
      {parentId && (
        <p>
          {t("execution.parent")} {link(parentId)}
        </p>
      )}
      {original && (
        <p>
          {t("execution.original")} {link(original)}
        </p>
      )}
    </Box>
  );
}
