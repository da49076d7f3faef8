/** Executions: lists, one, its log, and what can be done to them. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, of, type QueryPairs } from "./client";
import { Problem } from "./errors";
import type { FlowName } from "./flows";
import type { Execution, InputsAnswer, Label, LogEntry, Page, State, Why } from "./types";

export const executionKeys = {
  all: (tenant: string) => [tenant, "executions"] as const,
  lists: (tenant: string) => [tenant, "executions", "list"] as const,
  one: (tenant: string, id: string) => [tenant, "executions", "one", id] as const,
};

export const executionList = (tenant: string, query: QueryPairs) =>
  queryOptions({
    queryKey: [...executionKeys.lists(tenant), query],
    queryFn: ({ signal }) => client.get<Page<Execution>>(of(tenant, "executions", "search"), { query, signal }),
    placeholderData: keepPreviousData,
  });

export const execution = (tenant: string, id: string) =>
  queryOptions({
    queryKey: executionKeys.one(tenant, id),
    queryFn: ({ signal }) => client.get<Execution>(of(tenant, "executions", id), { signal }),
  });

/** Why an execution does not move. `null` when the server does not know the question. */
export const why = (tenant: string, id: string, taskRun?: string) =>
  queryOptions({
    queryKey: [...executionKeys.one(tenant, id), "why", taskRun ?? null],
    queryFn: async ({ signal }) => {
      try {
        const query: QueryPairs = taskRun === undefined ? [] : [["taskRunId", taskRun]];
        return await client.get<Why>(of(tenant, "executions", id, "why"), { query, signal });
      } catch (error) {
        if (error instanceof Problem && error.isMissing) return null;
        throw error;
      }
    },
  });

export const logs = (tenant: string, id: string) =>
  queryOptions({
    queryKey: [tenant, "logs", id],
    queryFn: ({ signal }) =>
      client.get<readonly LogEntry[]>(of(tenant, "logs", id), { query: [["minLevel", "TRACE"]], signal }),
  });

/** A line of a log with its number. */
type NumberedLine = LogEntry & { readonly line: number };

/** The last lines of a log, read again in each state. */
export const lastLines = (tenant: string, id: string, count: number, state: State) =>
  queryOptions({
    queryKey: [tenant, "logs", id, "last", count, state],
    queryFn: async ({ signal }) => {
      const query: QueryPairs = [
        ["from", String(-count)],
        ["count", String(count)],
      ];
      const window = await client.get<{ readonly rows: readonly NumberedLine[] }>(of(tenant, "logs", id, "window"), {
        query,
        signal,
      });
      return window.rows;
    },
  });

export const createExecution = (tenant: string, { namespace, id }: FlowName, form: FormData, query: QueryPairs) =>
  client.post<Execution>(of(tenant, "executions", namespace, id), { form, query });

/** What the inputs are after what was given so far, and what is wrong with them. */
export const checkInputs = (tenant: string, { namespace, id }: FlowName, form: FormData, signal?: AbortSignal) =>
  client.post<InputsAnswer>(of(tenant, "executions", namespace, id, "validate"), { form, signal });

export const checkResume = (tenant: string, id: string, form: FormData, signal?: AbortSignal) =>
  client.post<InputsAnswer>(of(tenant, "executions", id, "resume", "validate"), { form, signal });

export type Verb = "restart" | "replay" | "pause" | "force-run" | "unqueue";

export const setLabels = (tenant: string, id: string, labels: readonly Label[]) =>
  client.post<unknown>(of(tenant, "executions", id, "actions", "labels"), { json: labels });

/** Where a replay is asked for, as a command would. */
export const replayPath = (tenant: string, id: string, query: QueryPairs) =>
  withQuery(of(tenant, "executions", id, "actions", "replay"), query);

/** Does it once more; with a form, with other inputs. */
export const replay = (tenant: string, id: string, query: QueryPairs, form: FormData | null) =>
  form === null
    ? client.post<Execution>(of(tenant, "executions", id, "actions", "replay"), { query })
    : client.post<Execution>(of(tenant, "executions", id, "actions", "replay-with-inputs"), { query, form });

export const changeStatusPath = (tenant: string, id: string, status: State) =>
  withQuery(of(tenant, "executions", id, "actions", "change-status"), [["status", status]]);

export const changeStatus = (tenant: string, id: string, status: State) =>
  client.post<Execution>(of(tenant, "executions", id, "actions", "change-status"), { query: [["status", status]] });

function withQuery(path: string, query: QueryPairs): string {
  const words = query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  return words === "" ? path : `${path}?${words}`;
}

/** Which actions make sense in a state. The server has the last word. */
export function possible(state: State, verb: Verb | "kill" | "resume"): boolean {
  const ended: readonly State[] = ["SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED"];
  switch (verb) {
    case "restart":
      return ["FAILED", "WARNING", "SUCCESS", "CANCELLED", "PAUSED"].includes(state);
    case "replay":
      return ended.includes(state);
    case "pause":
      return state === "RUNNING";
    case "resume":
      return state === "PAUSED";
    case "unqueue":
      return state === "QUEUED";
    case "force-run":
      return state === "QUEUED" || state === "CREATED";
    case "kill":
      return !ended.includes(state) && state !== "KILLING" && state !== "SKIPPED" && state !== "RETRIED";
  }
}
