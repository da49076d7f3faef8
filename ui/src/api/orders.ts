/** What can be ordered for one execution, as data: the request and the command that does the same are made from it. */

import { address, client, of, type QueryPairs } from "./client";
import type { Execution, Label, State } from "./types";

export interface Order {
  readonly method: "POST" | "DELETE";
  readonly path: string;
  readonly query: QueryPairs;
  readonly form?: Readonly<Record<string, string | File>>;
  readonly json?: unknown;
}

interface Again {
  /** The task run to begin with. */
  readonly from?: string | undefined;
  readonly revision?: number | undefined;
  readonly inputs?: Readonly<Record<string, string | File>> | undefined;
}

function given(name: string, value: string | number | undefined): QueryPairs {
  return value === undefined ? [] : [[name, String(value)]];
}

function action(tenant: string, id: string, name: string, query: QueryPairs = []): Order {
  return { method: "POST", path: of(tenant, "executions", id, "actions", name), query };
}

export const orders = {
  restart: (tenant: string, id: string, revision?: number): Order =>
    action(tenant, id, "restart", given("revision", revision)),
  resume: (tenant: string, id: string, inputs: Readonly<Record<string, string | File>>): Order => ({
    ...action(tenant, id, "resume"),
    form: inputs,
  }),
  resumeFromBreakpoint: (tenant: string, id: string): Order => action(tenant, id, "resume-from-breakpoint"),
  /** Once more, as a new execution; with inputs, with others than it had. */
  replay: (tenant: string, id: string, { from, revision, inputs }: Again): Order => {
    const query = [...given("taskRunId", from), ...given("revision", revision)];
    if (!inputs) return action(tenant, id, "replay", query);
    return { ...action(tenant, id, "replay-with-inputs", query), form: inputs };
  },
  changeStatus: (tenant: string, id: string, status: State): Order =>
    action(tenant, id, "change-status", given("status", status)),
  changeTaskState: (tenant: string, id: string, taskRunId: string, state: State): Order => ({
    ...action(tenant, id, "state"),
    json: { taskRunId, state },
  }),
  setLabels: (tenant: string, id: string, labels: readonly Label[]): Order => ({
    ...action(tenant, id, "labels"),
    json: labels,
  }),
  pause: (tenant: string, id: string): Order => action(tenant, id, "pause"),
  kill: (tenant: string, id: string, isCascade: boolean): Order => ({
    ...action(tenant, id, "kill", [["isOnKillCascade", String(isCascade)]]),
    method: "DELETE",
  }),
  unqueue: (tenant: string, id: string, state: State = "RUNNING"): Order =>
    action(tenant, id, "unqueue", [["state", state]]),
  forceRun: (tenant: string, id: string): Order => action(tenant, id, "force-run"),
  remove: (tenant: string, id: string): Order => ({
    method: "DELETE",
    path: of(tenant, "executions", id),
    query: [],
  }),
} as const;

/** Gives an order to the server. The answer is the execution, or nothing. */
export function give({ method, path, query, form, json }: Order): Promise<Execution | undefined> {
  if (method === "DELETE") return client.delete<Execution | undefined>(path, { query });
  if (json !== undefined) return client.post<Execution | undefined>(path, { query, json });
  if (!form) return client.post<Execution | undefined>(path, { query });
  const body = new FormData();
  for (const [name, value] of Object.entries(form)) {
    if (typeof value === "string") body.append(name, value);
    else body.append(name, value, value.name);
  }
  return client.post<Execution | undefined>(path, { query, form: body });
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * The same order for a shell. What belongs to `secret` inputs is left for the person to fill in, and so is the
 * password: neither is written down.
 */
export function asCommand(order: Order, origin: string, secret: ReadonlySet<string> = new Set()): string {
  const parts = [
    'curl -u "$USER:$PASSWORD"',
    `-X ${order.method}`,
    quoted(`${origin}${address(order.path, order.query)}`),
  ];
  if (order.json !== undefined) {
    parts.push("-H 'content-type: application/json'", `--data-raw ${quoted(JSON.stringify(order.json))}`);
  }
  for (const [name, value] of Object.entries(order.form ?? {})) {
    const text = typeof value === "string" ? `${name}=${secret.has(name) ? "…" : value}` : `${name}=@${value.name}`;
    // What stands behind --form-string is taken as it is, also if it begins with @ or <.
    parts.push(`${typeof value === "string" ? "--form-string" : "-F"} ${quoted(text)}`);
  }
  return parts.join(" \\\n  ");
}
