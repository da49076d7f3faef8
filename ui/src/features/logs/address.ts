/** What a log shows, as its address says it: `?level=WARN&task=load&attempt=2&wrap=1#L48210`. Pure. */

import { type LogFilter, WHOLE } from "../../api/logs";
import { LEVELS } from "../../api/types";
import type { Search } from "../filters/grammar";

export const TIMES = ["absolute", "relative", "delta"] as const;
export type TimeForm = (typeof TIMES)[number];

export interface LogShape {
  readonly filter: LogFilter;
  /** What is looked for. */
  readonly text: string;
  readonly time: TimeForm;
  readonly isWrapped: boolean;
}

const LEAST = "INFO";

function one<Value extends string>(search: Search, name: string, values: readonly Value[], otherwise: Value): Value {
  return values.find((value) => value === search[name]) ?? otherwise;
}

const words = (search: Search, name: string) => (typeof search[name] === "string" ? search[name] : "");

export function shapeOf(search: Search): LogShape {
  const attempt = Number(words(search, "attempt"));
  return {
    filter: {
      least: one(search, "level", LEVELS, LEAST),
      task: words(search, "task"),
      attempt: Number.isInteger(attempt) && attempt > 0 ? attempt - 1 : null,
    },
    text: words(search, "find"),
    time: one(search, "time", TIMES, "absolute"),
    isWrapped: search.wrap === "1",
  };
}

/** The parameters that differ from what is shown without any; others of the address are the page's own. */
export function searchOf({ filter, text, time, isWrapped }: LogShape): Search {
  return {
    ...(filter.least === LEAST ? {} : { level: filter.least }),
    ...(filter.task === "" ? {} : { task: filter.task }),
    ...(filter.attempt === null ? {} : { attempt: String(filter.attempt + 1) }),
    ...(text === "" ? {} : { find: text }),
    ...(time === "absolute" ? {} : { time }),
    ...(isWrapped ? { wrap: "1" } : {}),
  };
}

export function isWhole({ least, task, attempt }: LogFilter): boolean {
  return least === WHOLE.least && task === WHOLE.task && attempt === WHOLE.attempt;
}

/** The line that the address names, from 0. */
export function lineOf(hash: string): number | null {
  const found = /^#?L(\d{1,9})$/.exec(hash);
  return found && Number(found[1]) > 0 ? Number(found[1]) - 1 : null;
}

export function hashOf(line: number): string {
  return `L${line + 1}`;
}

/** The address of what is shown now, at this line. */
export function linkTo(line: number): string {
  return `${location.href.replace(/#.*$/, "")}#${hashOf(line)}`;
}
