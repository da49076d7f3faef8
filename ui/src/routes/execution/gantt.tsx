/** The task runs in time, and one of them beside the others. Which, and what is unfolded, stands in the address. */

import { useNavigate, useSearch } from "@tanstack/react-router";
import { type KeyboardEvent, useCallback, useMemo, useRef, useState } from "react";
import type { Execution } from "../../api/types";
import type { Beginning } from "../../features/actions/replay";
import type { Search } from "../../features/filters/grammar";
import { TaskRunPanel } from "../../features/taskrun/panel";
import { type Question, questionOf, searchOf } from "../../features/timeline/question";
import { Timeline } from "../../features/timeline/timeline";
import { classes } from "../../kit/classes";
import { Replay } from "./replay";

interface Props {
  readonly tenant: string;
  readonly execution: Execution;
}

export function ExecutionGantt({ tenant, execution }: Props) {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const rows = useRef<HTMLDivElement>(null);
  const [from, setFrom] = useState<Beginning | null>(null);
  const question = useMemo(() => questionOf(search), [search]);
  const run = typeof search.run === "string" ? search.run : undefined;
  const change = useCallback(
    (changes: Readonly<Record<string, string | readonly string[] | undefined>>) =>
      void navigate({ to: ".", search: (before) => ({ ...before, ...changes }), replace: true }),
    [navigate],
  );
  const ask = useCallback((next: Question) => change(searchOf(next)), [change]);
  const close = () => {
    change({ run: undefined });
    rows.current?.querySelector<HTMLElement>("[role=row][tabindex='0']")?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented || run === undefined) return;
    event.preventDefault();
    close();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes what is open beside the rows.
    <div
      onKeyDown={onKey}
      className={classes(
        "grid h-[calc(100dvh-228px)] min-h-96 grid-rows-1",
        run === undefined ? "grid-cols-1" : "grid-cols-[1fr_400px] max-narrow:grid-cols-1",
      )}
    >
      <div ref={rows} className="flex min-h-0 min-w-0">
        <Timeline
          tenant={tenant}
          execution={execution}
          question={question}
          onAsk={ask}
          selected={run}
          onSelect={(id) => change({ run: id })}
          isClock={search.time === "clock"}
          onClock={(isClock) => change({ time: isClock ? "clock" : undefined })}
        />
      </div>
      {run !== undefined && (
        <TaskRunPanel key={run} tenant={tenant} execution={execution} run={run} onClose={close} onReplay={setFrom} />
      )}
      {from && <Replay tenant={tenant} execution={execution} from={from} onClose={() => setFrom(null)} />}
    </div>
  );
}
