/** The log of an execution by windows of lines, as the server counts them under a filter. */

import { address, client, of, type QueryPairs } from "./client";
import type { Level, LogEntry } from "./types";

/** Which lines are meant. Their numbers are those among the lines of the same filter. */
export interface LogFilter {
  readonly least: Level;
  readonly task: string;
  /** From 0; null for all. */
  readonly attempt: number | null;
}

export const WHOLE: LogFilter = { least: "TRACE", task: "", attempt: null };

export interface NumberedEntry extends LogEntry {
  readonly line: number;
}

export interface LogStretch {
  readonly from: number;
  readonly total: number;
  readonly rows: readonly NumberedEntry[];
}

export interface FoundEntry extends NumberedEntry {
  /** Where it matches: beginnings and ends. */
  readonly at: readonly (readonly [number, number])[];
}

export interface Findings {
  readonly matches: readonly FoundEntry[];
  readonly total: number;
  /** The line to go on with; null at the end. */
  readonly next: number | null;
}

function pairs({ least, task, attempt }: LogFilter): QueryPairs {
  return [
    ["minLevel", least],
    ...(task === "" ? [] : [["taskId", task] as const]),
    ...(attempt === null ? [] : [["attempt", String(attempt)] as const]),
  ];
}

export const logWindow = (tenant: string, id: string, filter: LogFilter, from: number, count: number) =>
  client.get<LogStretch>(of(tenant, "logs", id, "window"), {
    query: [...pairs(filter), ["from", String(from)], ["count", String(count)]],
  });

/** How many lines there are before a moment. */
export const linesBefore = async (tenant: string, id: string, filter: LogFilter, moment: string): Promise<number> => {
  const until = ["filters[endDate][LESS_THAN]", moment] as const;
  const query = [...pairs(filter), until, ["count", "0"] as const];
  return (await client.get<LogStretch>(of(tenant, "logs", id, "window"), { query })).total;
};

export interface FindFrom {
  readonly from: number;
  readonly count: number;
  readonly isBackwards?: boolean;
}

export const findInLog = (
  tenant: string,
  id: string,
  filter: LogFilter,
  text: string,
  { from, count, isBackwards = false }: FindFrom,
) =>
  client.get<Findings>(of(tenant, "logs", id, "find"), {
    query: [
      ...pairs(filter),
      ["q", text],
      ["from", String(from)],
      ["count", String(count)],
      ["direction", isBackwards ? "back" : "forward"],
    ],
  });

/** Where the lines of a filter can be had as a file. */
export const logFile = (tenant: string, id: string, filter: LogFilter) =>
  address(of(tenant, "logs", id, "download"), pairs(filter));
