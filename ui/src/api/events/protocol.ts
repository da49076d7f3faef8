/** What tabs and the worker that holds the event stream say to each other. */

/**
 * `absent`: the server has no event stream. `waiting`: the line is broken and will be tried again.
 * `signed-out`: the server wants a login; the next subscription tries again.
 */
export type LineState = "idle" | "connecting" | "live" | "waiting" | "absent" | "signed-out";

export interface Line {
  readonly state: LineState;
  /** When something was last heard, in milliseconds since 1970. */
  readonly heard: number | null;
}

export type ToWorker =
  | { readonly kind: "follow"; readonly address: string; readonly topics: readonly string[] }
  | { readonly kind: "bye" };

export type FromWorker =
  | { readonly kind: "line"; readonly line: Line }
  | { readonly kind: "changed"; readonly topics: readonly string[] }
  /** Events may have been missed: what is shown has to be read again. */
  | { readonly kind: "reset" };

/** What a page can listen to. */
export const topics = {
  executions: "executions",
  triggers: "triggers",
  execution: (id: string) => `execution:${id}`,
  logs: (id: string) => `logs:${id}`,
} as const;

/** The query that asks the server for these topics. */
export function queryOf(wanted: readonly string[]): string {
  const pairs = wanted.map((topic) => {
    const colon = topic.indexOf(":");
    return colon < 0 ? (["topics", topic] as const) : ([topic.slice(0, colon), topic.slice(colon + 1)] as const);
  });
  return pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
}

/** The topics that an event of the server belongs to. */
export function topicsOf(kind: string, data: string): readonly string[] {
  if (kind === "trigger") return [topics.triggers];
  if (kind !== "execution" && kind !== "log") return [];
  const id = executionOf(data);
  if (kind === "log") return id === null ? [] : [topics.logs(id)];
  // An event that cannot be read still says that something changed.
  return id === null ? [topics.executions] : [topics.executions, topics.execution(id)];
}

function executionOf(data: string): string | null {
  try {
    const { executionId }: { executionId?: unknown } = JSON.parse(data);
    return typeof executionId === "string" ? executionId : null;
  } catch {
    return null;
  }
}
