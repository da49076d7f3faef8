/** What the tasks gave: choose a task run, see its values. */

import { useState } from "react";
import type { Execution, Json, TaskRun } from "../../api/types";
import { Debugger } from "../../features/outputs/debugger";
import { Values } from "../../features/outputs/values";
import { t } from "../../i18n/text";
import { classes } from "../../kit/classes";
import { EmptyState } from "../../kit/page";
import { SplitPane } from "../../kit/splitpane";
import { StateMark } from "../../kit/statemark";
import { VirtualList } from "../../kit/virtuallist";

function isMap(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasOutputs({ outputs }: TaskRun): boolean {
  return isMap(outputs) && Object.keys(outputs).length > 0;
}

/** How a template names the outputs of a task run: iterations are told apart by their value. */
function rootOf(run: TaskRun): string {
  const task = /^\w+$/.test(run.taskId) ? `outputs.${run.taskId}` : `outputs['${run.taskId}']`;
  return run.value === undefined ? task : `${task}['${run.value.replace(/['\\]/g, "\\$&")}']`;
}

export function ExecutionOutputs({ tenant, execution }: { readonly tenant: string; readonly execution: Execution }) {
  const runs = (execution.taskRunList ?? []).filter(hasOutputs);
  const [chosen, setChosen] = useState<string | null>(null);
  const shown = runs.find(({ id }) => id === chosen) ?? runs[0];
  if (!shown || !isMap(shown.outputs))
    return (
      <>
        <EmptyState title={t("outputs.none")}>{t("outputs.none-hint")}</EmptyState>
        <Debugger tenant={tenant} execution={execution.id} taskRun={undefined} first="{{ inputs }}" />
      </>
    );
  return (
    <div className="h-[calc(100dvh-232px)] min-h-72">
      <SplitPane
        share={30}
        first={
          <VirtualList
            label={t("outputs.runs")}
            count={runs.length}
            rowHeight={32}
            className="h-full overflow-auto max-narrow:h-44"
            row={(index) => {
              const run = runs[index];
              if (!run) return null;
              return (
                <button
                  type="button"
                  aria-pressed={run.id === shown.id}
                  onClick={() => setChosen(run.id)}
                  className={classes(
                    "flex h-8 w-full items-center gap-2 px-4 text-left -outline-offset-2 hover:bg-hover",
                    run.id === shown.id && "bg-accent-soft",
                  )}
                >
                  <StateMark state={run.state.current} isIconOnly />
                  <span className="truncate font-mono text-code">{run.taskId}</span>
                  {run.value !== undefined && <span className="truncate text-muted">{run.value}</span>}
                </button>
              );
            }}
          />
        }
        second={
          <>
            <Values
              key={shown.id}
              label={t("outputs.of", { task: shown.taskId })}
              values={shown.outputs}
              root={rootOf(shown)}
              isOpenAtFirst
              tenant={tenant}
              execution={execution.id}
            />
            <Debugger
              key={`${shown.id} debugger`}
              tenant={tenant}
              execution={execution.id}
              taskRun={shown.id}
              first={`{{ ${rootOf(shown)} }}`}
            />
          </>
        }
      />
    </div>
  );
}
