/** The first lines that a task run wrote, and the way to all of them. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { firstLines } from "../../api/taskruns";
import type { Execution, TaskRun } from "../../api/types";
import { defaultForm, logMoment } from "../../i18n/format";
import { t } from "../../i18n/text";
import { LINK } from "../../kit/link";

const LINES_MAX = 20;

interface Props {
  readonly tenant: string;
  readonly execution: Execution;
  readonly run: TaskRun;
}

export function FirstLines({ tenant, execution: { namespace, flowId, id }, run }: Props) {
  const form = useMemo(defaultForm, []);
  const found = useQuery(firstLines(tenant, id, run.id, LINES_MAX));
  if (found.isError) return <p className="text-failed">{found.error.message}</p>;
  if (!found.data) return null;
  const { rows, total } = found.data;
  if (total === 0) return <p className="text-muted">{t("taskrun.no-logs")}</p>;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keys. */}
      <pre tabIndex={0} className="max-h-60 overflow-auto rounded-control bg-surface p-2 font-mono text-code">
        {rows
          .map(({ timestamp, level, message }) => `${logMoment(timestamp, form)} ${level.padEnd(5)} ${message}`)
          .join("\n")}
      </pre>
      <Link
        to="/$tenant/executions/$namespace/$flowId/$id/$tab"
        params={{ tenant, namespace, flowId, id, tab: "logs" }}
        search={{ task: run.taskId, taskRun: run.id }}
        className={`${LINK} mt-1 inline-block`}
      >
        {t("taskrun.all-lines", { count: total })}
      </Link>
    </>
  );
}
