/** What a flow is: its words, its inputs, its triggers, its tasks, its last runs. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { executionList } from "../../api/executions";
import { flowTriggers } from "../../api/flows";
import type { Execution, Flow, Input, Task } from "../../api/types";
import { Labels } from "../../features/labels";
import { useAskAgain } from "../../features/live/live";
import { Moment, milliseconds, Took } from "../../features/live/moments";
import { defaultForm, distance } from "../../i18n/format";
import { t } from "../../i18n/text";
import { Badge } from "../../kit/badge";
import { LINK } from "../../kit/link";
import { familyOf, StateMark, stateWord } from "../../kit/statemark";
import { type Branch, Tree } from "../../kit/tree";

interface Props {
  readonly tenant: string;
  readonly flow: Flow;
}

export function FlowOverview({ tenant, flow }: Props) {
  return (
    <div className="grid grid-cols-2 gap-x-6 p-4 max-narrow:grid-cols-1 max-narrow:p-3">
      <div className="min-w-0">
        {flow.description && <p className="mb-4 max-w-160 whitespace-pre-wrap">{flow.description}</p>}
        <div className="mb-4 empty:hidden">
          <Labels labels={flow.labels} list="flows" />
        </div>
        <Part title={t("flow.last-runs")}>
          <LastRuns tenant={tenant} flow={flow} />
        </Part>
        <Part title={t("flow.inputs")}>
          <Inputs inputs={flow.inputs ?? []} />
        </Part>
      </div>
      <div className="min-w-0">
        <Part title={t("flow.triggers")}>
          <Next tenant={tenant} flow={flow} />
        </Part>
        <Part title={t("flow.tasks")}>
          <Tree label={t("flow.tasks")} branches={branches(flow.tasks ?? [], "")} />
        </Part>
      </div>
    </div>
  );
}

export function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="mb-6">
      <h2 className="mb-1 font-semibold text-section">{title}</h2>
      {children}
    </section>
  );
}

/** The last part of a type's name; the whole name is in the tooltip. */
function shortType(type: string): string {
  return type.slice(type.lastIndexOf(".") + 1);
}

/** Whatever in a task is a list of tasks lies below it: branches have many names. */
function branches(tasks: readonly Task[], path: string): readonly Branch[] {
  return tasks.map((task) => {
    const id = `${path}/${task.id}`;
    const below = Object.values(task).flatMap((value) => (isTasks(value) ? value : []));
    return {
      id,
      isOpenAtFirst: true,
      row: (
        <>
          <span className="font-mono text-code">{task.id}</span>
          <span className="truncate text-muted" title={task.type}>
            {shortType(task.type)}
          </span>
        </>
      ),
      ...(below.length > 0 ? { below: () => branches(below, id) } : {}),
    };
  });
}

function isTasks(value: unknown): value is readonly Task[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((one) => typeof one?.id === "string" && typeof one.type === "string")
  );
}

function Inputs({ inputs }: { readonly inputs: readonly Input[] }) {
  if (inputs.length === 0) return <p className="text-muted">{t("flow.no-inputs")}</p>;
  return (
    <ul>
      {inputs.map((input) => (
        <li key={input.id} className="border-border border-b py-1.5 last:border-0">
          <span className="flex flex-wrap items-center gap-2">
            <span className="font-mono text-code">{input.id}</span>
            <Badge>{input.type}</Badge>
            {input.required === false ? null : input.defaults === undefined && <Badge>{t("flow.required")}</Badge>}
            {input.defaults !== undefined && (
              <span className="truncate text-muted">
                {t("flow.default", { value: JSON.stringify(input.defaults) })}
              </span>
            )}
          </span>
          {input.description && <span className="block text-muted">{input.description}</span>}
        </li>
      ))}
    </ul>
  );
}

function Next({ tenant, flow }: Props) {
  const states = useQuery(flowTriggers(tenant, flow));
  const triggers = flow.triggers ?? [];
  if (triggers.length === 0) return <p className="text-muted">{t("flow.no-triggers")}</p>;
  return (
    <ul>
      {triggers.map((trigger) => {
        const state = states.data?.results.find(({ triggerId }) => triggerId === trigger.id);
        const next = state?.disabled ? undefined : state?.nextEvaluationDate;
        return (
          <li
            key={trigger.id}
            className="flex flex-wrap items-center gap-2 border-border border-b py-1.5 last:border-0"
          >
            <span className="font-mono text-code">{trigger.id}</span>
            <span className="text-muted" title={trigger.type}>
              {shortType(trigger.type)} {trigger.cron}
            </span>
            <span className="ml-auto">
              {state?.disabled && t("flows.disabled")}
              {next && (
                <>
                  <Moment iso={next} />{" "}
                  <span className="text-muted">({distance(next, Date.now(), defaultForm())})</span>
                </>
              )}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

const RUNS = "20";

/** The last twenty runs as bars: the height is the duration, the colour the state; each is a link with words. */
function LastRuns({ tenant, flow }: Props) {
  const runs = useQuery({
    ...executionList(tenant, [
      ["filters[namespace][EQUALS]", flow.namespace],
      ["filters[flowId][EQUALS]", flow.id],
      ["size", RUNS],
      ["sort", "state.startDate:desc"],
    ]),
    refetchInterval: useAskAgain(true),
  });
  const rows = runs.data?.results ?? [];
  const newest = rows[0];
  if (!newest) return <p className="text-muted">{runs.isPending ? "" : t("flows.never-ran")}</p>;
  const now = Date.now();
  const longest = Math.max(...rows.map(({ state }) => milliseconds(state, now)), 1);
  return (
    <>
      <div className="flex h-14 items-end overflow-x-auto py-1">
        {rows.toReversed().map((run) => (
          <Bar key={run.id} tenant={tenant} run={run} share={milliseconds(run.state, now) / longest} />
        ))}
      </div>
      <p className="flex items-center gap-2">
        <StateMark state={newest.state.current} />
        <Moment iso={newest.state.startDate} isRelative />
        <Took state={newest.state} />
        <Link
          to="/$tenant/flows/edit/$namespace/$id/$tab"
          params={{ tenant, namespace: flow.namespace, id: flow.id, tab: "executions" }}
          className={LINK}
        >
          {t("flow.all-runs", { count: runs.data?.total ?? 0 })}
        </Link>
      </p>
    </>
  );
}

interface BarProps {
  readonly tenant: string;
  readonly run: Execution;
  readonly share: number;
}

function Bar({ tenant, run, share }: BarProps) {
  const family = familyOf(run.state.current);
  const colour = family === "muted" ? "var(--state-muted)" : `var(--state-${family})`;
  return (
    <Link
      to="/$tenant/executions/$namespace/$flowId/$id/$tab"
      params={{ tenant, namespace: run.namespace, flowId: run.flowId, id: run.id, tab: "overview" }}
      aria-label={`${stateWord(run.state.current)} ${run.id}`}
      title={stateWord(run.state.current)}
      className="flex h-full w-6 shrink-0 items-end px-[3px] hover:opacity-70"
    >
      <span className="block w-full rounded-t-[2px]" style={{ height: `${15 + share * 85}%`, background: colour }} />
    </Link>
  );
}
