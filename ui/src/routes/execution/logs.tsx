/** The log of an execution. */

import { useLocation, useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import type { Execution } from "../../api/types";
import { isEnded } from "../../api/types";
import type { Search } from "../../features/filters/grammar";
import { hashOf, type LogShape, lineOf, searchOf, shapeOf } from "../../features/logs/address";
import { LogView } from "../../features/logs/logview";

export function ExecutionLogs({ tenant, execution }: { readonly tenant: string; readonly execution: Execution }) {
  const search = useSearch({ strict: false }) as Search;
  const shape = useMemo(() => shapeOf(search), [search]);
  const line = lineOf(useLocation({ select: ({ hash }) => hash }));
  const navigate = useNavigate();
  const go = useCallback(
    (next: LogShape, to: number | null) => {
      const hash = to === null ? "" : hashOf(to);
      void navigate({ to: ".", search: searchOf(next), hash, replace: true, resetScroll: false });
    },
    [navigate],
  );
  const onLine = useCallback((to: number | null, next: LogShape = shape) => go(next, to), [go, shape]);
  // Under another filter the lines have other numbers.
  const onShape = useCallback(
    (next: LogShape) => go(next, JSON.stringify(next.filter) === JSON.stringify(shape.filter) ? line : null),
    [go, shape, line],
  );
  const of = useMemo(() => logOf(tenant, execution), [tenant, execution]);
  return <LogView of={of} shape={shape} onShape={onShape} line={line} onLine={onLine} />;
}

function logOf(tenant: string, { id, state, taskRunList = [] }: Execution) {
  return {
    tenant,
    id,
    isRunning: !isEnded(state.current),
    start: state.startDate,
    tasks: [...new Set(taskRunList.map(({ taskId }) => taskId))],
    attempts: taskRunList.reduce((most, { attempts }) => Math.max(most, attempts?.length ?? 0), 0),
  };
}
