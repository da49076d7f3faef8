/** What went wrong, as the server said it. The interface adds no wording of its own, except where no server spoke. */

export interface Violation {
  readonly message: string;
  readonly path?: string;
}

export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    /** 0 when no answer came. */
    readonly status: number,
    message: string,
    readonly violations: readonly Violation[] = [],
    readonly request: string = "",
    readonly retryAfterSeconds: number | null = null,
    readonly body: unknown = null,
  ) {
    super(message);
  }

  get isUnreachable(): boolean {
    return this.status === 0;
  }

  get isMissing(): boolean {
    return this.status === 404;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function violation(value: unknown): Violation | null {
  if (!isObject(value) || typeof value.message !== "string") return null;
  return typeof value.path === "string" ? { message: value.message, path: value.path } : { message: value.message };
}

/** The violations that a body lists, in the old and the new spelling; a bulk request lists items instead. */
function violations(body: Record<string, unknown>): Violation[] {
  const embedded = isObject(body._embedded) ? body._embedded.errors : undefined;
  const lists = [embedded, body.errors, body.invalids];
  const list = lists.find((candidate) => Array.isArray(candidate)) as unknown[] | undefined;
  return (list ?? []).map(violation).filter((found) => found !== null);
}

/** Reads the body of an answer that is not good. Something between the browser and the server may have written it. */
export function problem(status: number, text: string, request: string, retryAfter: string | null): Problem {
  let body: unknown = null;
  try {
    body = JSON.parse(text);
  } catch {
    // What is not JSON did not come from the server itself.
  }
  const seconds = retryAfter === null || Number.isNaN(Number(retryAfter)) ? null : Number(retryAfter);
  if (!isObject(body)) return new Problem(status, `HTTP ${status}`, [], request, seconds, text);
  const message = typeof body.message === "string" ? body.message : `HTTP ${status}`;
  return new Problem(status, message, violations(body), request, seconds, body);
}

/** A problem as Markdown, for a report. It has no headers and no body that was sent, so no secret of ours. */
export function asMarkdown(error: unknown): string {
  if (!(error instanceof Problem)) return `- error: ${error instanceof Error ? error.message : String(error)}`;
  const lines = [`- request: \`${error.request}\``, `- status: ${error.status}`, `- message: ${error.message}`];
  for (const { message, path } of error.violations) lines.push(`  - ${path ? `\`${path}\`: ` : ""}${message}`);
  return lines.join("\n");
}
