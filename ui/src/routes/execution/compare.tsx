/** Two executions beside each other: what went in, how long each task took, what came out, where the logs part. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { type Comparison, comparison, type Side, sinceSuccess } from "../../api/compare";
import type { Execution } from "../../api/types";
import { ChangeList, Entries } from "../../features/compare/entries";
import { Moment } from "../../features/live/moments";
import { duration, middle } from "../../i18n/format";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { Field } from "../../kit/field";
import { Input } from "../../kit/input";
import { LINK } from "../../kit/link";
import { Failure, Skeleton } from "../../kit/page";
import { StateMark } from "../../kit/statemark";

interface Props {
  readonly tenant: string;
  readonly execution: Execution;
}

export function ExecutionCompare({ tenant, execution }: Props) {
  const search: { readonly with?: unknown } = useSearch({ strict: false });
  const chosen = typeof search.with === "string" && search.with !== "" ? search.with : undefined;
  const since = useQuery({ ...sinceSuccess(tenant, execution.id), enabled: chosen === undefined });
  const other = chosen ?? since.data?.lastSuccess?.executionId;
  if (chosen === undefined && since.isPending) return <Skeleton awaited={t("compare.title")} />;
  return (
    <div className="flex flex-col gap-4 p-4 max-narrow:p-3">
      <Choose first={other ?? ""} key={other} />
      {other ? (
        <Compared tenant={tenant} a={other} b={execution.id} />
      ) : (
        <p className="text-muted">{t("compare.no-success")}</p>
      )}
    </div>
  );
}

function Choose({ first }: { readonly first: string }) {
  const navigate = useNavigate();
  const [text, setText] = useState(first);
  const choose = (event: FormEvent) => {
    event.preventDefault();
    void navigate({ to: ".", search: { with: text.trim() } });
  };
  return (
    <form onSubmit={choose} className="flex max-w-120 items-end gap-2">
      <div className="min-w-0 flex-1">
        <Field label={t("compare.with")} hint={t("compare.with-hint")}>
          {(tied) => (
            <Input {...tied} className="font-mono" value={text} onChange={(event) => setText(event.target.value)} />
          )}
        </Field>
      </div>
      <div className="pb-6">
        <Button type="submit">{t("compare.show")}</Button>
      </div>
    </form>
  );
}

function Compared({ tenant, a, b }: { readonly tenant: string; readonly a: string; readonly b: string }) {
  const found = useQuery(comparison(tenant, a, b));
  if (found.isPending) return <Skeleton awaited={t("compare.title")} />;
  if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const { changes, outputs, log } = found.data;
  return (
    <>
      <Tasks tenant={tenant} compared={found.data} />
      <section aria-label={t("compare.changes")}>
        <h2 className="mb-1 font-semibold text-section">{t("compare.changes")}</h2>
        <ChangeList changes={changes} />
      </section>
      <section aria-label={t("execution.tab.outputs")}>
        <h2 className="mb-1 font-semibold text-section">{t("execution.tab.outputs")}</h2>
        <Entries title={t("execution.outputs")} entries={outputs.flow} />
        {Object.entries(outputs.tasks).map(([task, entries]) => (
          <Entries key={task} title={task} entries={entries} />
        ))}
        {outputs.flow.length === 0 && Object.keys(outputs.tasks).length === 0 && (
          <p className="text-muted">{t("compare.same")}</p>
        )}
      </section>
      {log && (
        <section aria-label={t("execution.tab.logs")}>
          <h2 className="mb-1 font-semibold text-section">{t("execution.tab.logs")}</h2>
          {log.firstDifference ? (
            <>
              <p>{t("compare.line", { line: log.firstDifference.line + 1 })}</p>
              {([log.firstDifference.a, log.firstDifference.b] as const).map((entry, index) => (
                <pre key={index === 0 ? a : b} className="overflow-x-auto font-mono text-code">
                  {entry ? `${entry.level.padEnd(5)} ${entry.taskId ?? ""} ${entry.message}` : t("compare.no-line")}
                </pre>
              ))}
            </>
          ) : (
            <p className="text-muted">{t("compare.same-lines", { count: log.compared })}</p>
          )}
        </section>
      )}
    </>
  );
}

function Tasks({ tenant, compared: { a, b, tasks } }: { readonly tenant: string; readonly compared: Comparison }) {
  const most = Math.max(1, ...tasks.flatMap((task) => [task.a?.durationMs ?? 0, task.b?.durationMs ?? 0]));
  return (
    <div className="overflow-x-auto">
      <table className="w-full min-w-150 text-left">
        <caption className="sr-only">{t("compare.tasks")}</caption>
        <thead>
          <tr className="border-border border-b align-top">
            <th scope="col" className="py-2 pr-4 font-semibold text-label">
              {t("gantt.task")}
            </th>
            {[a, b].map((side) => (
              <th key={side.executionId} scope="col" className="w-2/5 py-2 pr-4 font-normal">
                <Name tenant={tenant} side={side} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {tasks.map(({ taskId, ...sides }) => (
            <tr key={taskId} className="h-8 border-border border-b">
              <th scope="row" className="pr-4 font-mono font-normal text-code">
                {taskId}
              </th>
              {(["a", "b"] as const).map((key) => {
                const side = sides[key];
                return (
                  <td key={key} className="pr-4">
                    {side ? (
                      <span className="flex items-center gap-2">
                        {side.state && <StateMark state={side.state} isIconOnly />}
                        <span
                          className="h-2 rounded-[2px] bg-muted"
                          style={{ width: `${(side.durationMs / most) * 50}%` }}
                        />
                        {duration(side.durationMs)}
                        {side.runs > 1 && (
                          <span className="text-muted">{t("topology.runs", { count: side.runs })}</span>
                        )}
                      </span>
                    ) : (
                      <span className="text-muted">{t("compare.not-there")}</span>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Name({ tenant, side }: { readonly tenant: string; readonly side: Side }) {
  const params = { tenant, namespace: side.namespace, flowId: side.flowId, id: side.executionId, tab: "overview" };
  return (
    <span className="flex flex-wrap items-center gap-x-2">
      <StateMark state={side.state} />
      <Link to="/$tenant/executions/$namespace/$flowId/$id/$tab" params={params} className={`${LINK} font-mono`}>
        {middle(side.executionId)}
      </Link>
      <span className="text-muted">{t("flow.revision", { revision: String(side.revision) })}</span>
      <Moment iso={side.started} />
      {side.durationMs !== null && <span>{duration(side.durationMs)}</span>}
    </span>
  );
}
