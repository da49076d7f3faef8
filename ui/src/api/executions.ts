/** Executions: lists, one, and what can be done to them. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, of, type QueryPairs } from "./client";
import { Problem } from "./errors";
import type { FlowName } from "./flows";
import type { Execution, InputsAnswer, LogEntry, Page, State, Why } from "./types";

/** Executions of one flow that may have begun in the same millisecond. */
const SAME_MOMENT_MAX = 10;

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

/** Task runs may be very many: who needs them asks for a window on them. */
const ALONE: QueryPairs = [["taskRuns", "false"]];

/** An execution without its task runs. */
export const execution = (tenant: string, id: string) =>
  queryOptions({
    queryKey: executionKeys.one(tenant, id),
    queryFn: ({ signal }) => client.get<Execution>(of(tenant, "executions", id), { query: ALONE, signal }),
  });

/** An execution with all of its task runs and their outputs. */
export const wholeExecution = (tenant: string, id: string) =>
  queryOptions({
    queryKey: [...executionKeys.one(tenant, id), "whole"],
    queryFn: ({ signal }) => client.get<Execution>(of(tenant, "executions", id), { signal }),
  });

/** The execution of the same flow that began next before or after this one. */
export const neighbour = (tenant: string, { id, namespace, flowId, state }: Execution, side: "before" | "after") =>
  queryOptions({
    queryKey: [...executionKeys.lists(tenant), side, id],
    queryFn: async ({ signal }) => {
      const operation = side === "before" ? "LESS_THAN_OR_EQUAL_TO" : "GREATER_THAN_OR_EQUAL_TO";
      const query: QueryPairs = [
        ["filters[namespace][EQUALS]", namespace],
        ["filters[flowId][EQUALS]", flowId],
        [`filters[startDate][${operation}]`, state.startDate],
        ["sort", `state.startDate:${side === "before" ? "desc" : "asc"}`],
        ["size", String(SAME_MOMENT_MAX)],
        ...ALONE,
      ];
      const { results } = await client.get<Page<Execution>>(of(tenant, "executions", "search"), { query, signal });
      // Those that began in the same moment come in the order of the list, and this one is among them.
      return results[results.findIndex((one) => one.id === id) + 1] ?? null;
    },
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

export type Verb = "restart" | "replay" | "pause" | "force-run" | "unqueue" | "resume-from-breakpoint";

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
    case "resume-from-breakpoint":
      return state === "BREAKPOINT";
    case "unqueue":
      return state === "QUEUED";
    case "force-run":
      return state === "QUEUED" || state === "CREATED";
    case "kill":
      return !ended.includes(state) && state !== "KILLING" && state !== "SKIPPED" && state !== "RETRIED";
  }
}
