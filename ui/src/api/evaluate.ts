/** Expressions, evaluated by the server with what an execution or one of its task runs knows. */

import { client, of } from "./client";

interface Evaluated {
  readonly result?: string;
  readonly error?: string;
  /** What was asked: the answer may come when something else is typed. */
  readonly text: string;
}

export async function evaluate(
  tenant: string,
  execution: string,
  taskRun: string | undefined,
  text: string,
): Promise<Evaluated> {
  const path = of(tenant, "executions", execution, "eval", ...(taskRun === undefined ? [] : [taskRun]));
  const { result, error } = await client.post<Omit<Evaluated, "text">>(path, { text });
  return { text, ...(error ? { error } : { result: result ?? "" }) };
}
