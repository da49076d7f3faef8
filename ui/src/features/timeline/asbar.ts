/** A row of the server as a bar to be drawn. Pure. */

import type { TreeRow } from "../../api/taskruns";
import type { State } from "../../api/types";
import type { Bar } from "../../engines/timeline/bars";

/** What is shut shows what is folded into it; a single child is no crowd. */
function isFolded({ isOpen, children }: TreeRow): boolean {
  return !isOpen && children > 1;
}

export function asBar(row: TreeRow, now: number, family: (state: State) => string): Bar {
  const begin = Date.parse(row.start);
  return {
    begin,
    end: row.end === null ? Math.max(now, begin) : Date.parse(row.end),
    family: family(row.state),
    spans: row.spans.map(({ state, from, until }) => ({
      from: Date.parse(from),
      until: until === null ? now : Date.parse(until),
      family: family(state),
    })),
    activity: isFolded(row) ? row.activity : undefined,
    isCritical: row.isCritical,
  };
}

/** What people call it. */
export function nameOf({ taskId, value }: Pick<TreeRow, "taskId" | "value">): string {
  return value === null ? taskId : `${taskId} ${value}`;
}
