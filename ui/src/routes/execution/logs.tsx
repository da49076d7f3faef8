/** The log of an execution. */

import { useSearch } from "@tanstack/react-router";
import { address, of } from "../../api/client";
import type { Execution } from "../../api/types";
import { isEnded } from "../../api/types";
import { LogView } from "../../features/live/logview";
import { useTail } from "../../features/live/tail";
import { t } from "../../i18n/text";
import { Failure, Skeleton } from "../../kit/page";

export function ExecutionLogs({ tenant, execution }: { readonly tenant: string; readonly execution: Execution }) {
  const search = useSearch({ strict: false });
  const { lines, isPending, error } = useTail(tenant, execution.id, !isEnded(execution.state.current));
  if (error && lines.length === 0) return <Failure error={error} />;
  if (isPending && lines.length === 0) return <Skeleton awaited={t("logs.title")} />;
  const line = Number(search.line);
  return (
    <LogView
      key={`${search.task} ${search.line}`}
      lines={lines}
      download={address(of(tenant, "logs", execution.id, "download"))}
      task={typeof search.task === "string" ? search.task : undefined}
      line={line > 0 ? line : undefined}
    />
  );
}
