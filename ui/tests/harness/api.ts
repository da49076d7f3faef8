/** What tests prepare without the browser: flows and executions, over the public API. */

import { setTimeout as pause } from "node:timers/promises";
import { PASSWORD, type Server, USER } from "./server";

export interface Execution {
  readonly id: string;
  readonly namespace: string;
  readonly flowId: string;
  readonly originalId?: string;
  readonly state: { readonly current: string };
  readonly taskRunList?: readonly {
    readonly id: string;
    readonly taskId: string;
    readonly state: { current: string };
  }[];
}

export interface FlowName {
  readonly namespace: string;
  readonly id: string;
}

const WAIT_MS = 30_000;
const AUTHORIZATION = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString("base64")}`;

export class Api {
  constructor(private readonly server: Server) {}

  async call<Answer>(method: string, path: string, body?: BodyInit, type?: string): Promise<Answer> {
    const { origin, prefix } = this.server;
    const headers = { authorization: AUTHORIZATION, ...(type ? { "content-type": type } : {}) };
    const answer = await fetch(`${origin}${prefix}/api/v1/main/${path}`, { method, headers, body: body ?? null });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as Answer;
  }

  flow(source: string): Promise<FlowName> {
    return this.call("POST", "flows", source, "application/x-yaml");
  }

  changeFlow({ namespace, id }: FlowName, source: string): Promise<unknown> {
    return this.call("PUT", `flows/${namespace}/${id}`, source, "application/x-yaml");
  }

  start({ namespace, id }: FlowName, inputs: Readonly<Record<string, string>> = {}, query = ""): Promise<Execution> {
    const form = new FormData();
    for (const [name, value] of Object.entries(inputs)) form.set(name, value);
    // A form without fields has no body that servers take for one.
    const body = Object.keys(inputs).length === 0 ? undefined : form;
    return this.call("POST", `executions/${namespace}/${id}${query && `?${query}`}`, body);
  }

  execution(id: string): Promise<Execution> {
    return this.call("GET", `executions/${id}`);
  }

  async reaches(id: string, ...states: readonly string[]): Promise<Execution> {
    const end = Date.now() + WAIT_MS;
    for (;;) {
      const now = await this.execution(id);
      if (states.includes(now.state.current)) return now;
      if (Date.now() > end) throw new Error(`${id} is ${now.state.current}, and was to become ${states.join(" or ")}`);
      await pause(50);
    }
  }

  /** Starts and waits for the end. */
  async run(flow: FlowName, inputs: Readonly<Record<string, string>> = {}): Promise<Execution> {
    const { id } = await this.start(flow, inputs);
    return this.reaches(id, "SUCCESS", "FAILED", "WARNING", "KILLED");
  }

  /** The last execution of a flow, once there is one; without its task runs, which may be very many. */
  async lastOf({ namespace, id }: FlowName): Promise<Execution> {
    const filter = `filters[namespace][EQUALS]=${namespace}&filters[flowId][EQUALS]=${id}&sort=state.startDate:desc&taskRuns=false`;
    const end = Date.now() + WAIT_MS;
    for (;;) {
      const found = await this.call<{ results: readonly Execution[] }>("GET", `executions/search?${filter}`);
      const [last] = found.results;
      if (last) return last;
      if (Date.now() > end) throw new Error(`${namespace}.${id} has no execution`);
      await pause(50);
    }
  }
}
