/** Requests to the server: addresses, the session's token for changes, problems, and what happens when nobody is signed in. */

import { Problem, problem } from "./errors";
import { QUIET } from "./quiet";

export type QueryPairs = readonly (readonly [string, string])[];

interface Wanted {
  readonly query?: QueryPairs;
  readonly json?: unknown;
  readonly yaml?: string;
  readonly form?: FormData;
  readonly text?: string;
  /** More headers: what cannot stand in the body. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** The answer is text, not JSON. */
  readonly isText?: boolean;
  /** A 401 is an answer like others, not the end of a session. */
  readonly isSigningIn?: boolean;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

let whenSignedOut: () => void = () => {};

/** Says what to do when the server no longer knows the session. */
export function onSignedOut(action: () => void): void {
  whenSignedOut = action;
}

/** Where the server is: the page lies at `…/ui/`, so one folder above it. */
export function serverRoot(): string {
  return new URL("..", document.baseURI).pathname;
}

/** Puts an address together. Each part is escaped, so ids with dots, slashes and spaces are safe. */
export function path(...parts: readonly string[]): string {
  return parts.map((part) => encodeURIComponent(part)).join("/");
}

export function address(relative: string, query: QueryPairs = []): string {
  const search = query.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join("&");
  return `${serverRoot()}${relative}${search ? `?${search}` : ""}`;
}

/** The token that proves that a change comes from our page. It is new after each sign-in, so the cookie beats the page. */
function csrf(): string | null {
  const cookie = /(?:^|;\s*)csrfToken=([^;]*)/.exec(document.cookie)?.[1];
  return cookie ?? document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")?.content ?? null;
}

function headersOf(method: Method, wanted: Wanted): Headers {
  const headers = new Headers({ accept: wanted.isText ? "text/plain, */*" : "application/json" });
  const token = method === "GET" ? null : csrf();
  if (token) headers.set("x-csrf-token", token);
  if (wanted.json !== undefined) headers.set("content-type", "application/json");
  if (wanted.yaml !== undefined) headers.set("content-type", "application/x-yaml");
  if (wanted.text !== undefined) headers.set("content-type", "text/plain");
  for (const [name, value] of Object.entries(wanted.headers ?? {})) headers.set(name, value);
  return headers;
}

function bodyOf(wanted: Wanted): BodyInit | null {
  if (wanted.json !== undefined) return JSON.stringify(wanted.json);
  return wanted.yaml ?? wanted.text ?? wanted.form ?? null;
}

async function send(method: Method, relative: string, wanted: Wanted): Promise<Response> {
  const request = `${method} /${relative}`;
  try {
    return await fetch(address(relative, wanted.query), {
      ...QUIET,
      method,
      headers: headersOf(method, wanted),
      body: bodyOf(wanted),
      signal: wanted.signal ?? null,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, "no answer from the server", [], request);
  }
}

async function request<Answer>(method: Method, relative: string, wanted: Wanted = {}): Promise<Answer> {
  const response = await send(method, relative, wanted);
  const text = await response.text();
  if (!response.ok) {
    if (response.status === 401 && !wanted.isSigningIn) whenSignedOut();
    throw problem(response.status, text, `${method} /${relative}`, response.headers.get("retry-after"));
  }
  if (wanted.isText) return text as Answer;
  return (text === "" ? undefined : JSON.parse(text)) as Answer;
}

export const client = {
  get: <Answer>(relative: string, wanted?: Wanted) => request<Answer>("GET", relative, wanted),
  post: <Answer>(relative: string, wanted?: Wanted) => request<Answer>("POST", relative, wanted),
  put: <Answer>(relative: string, wanted?: Wanted) => request<Answer>("PUT", relative, wanted),
  patch: <Answer>(relative: string, wanted?: Wanted) => request<Answer>("PATCH", relative, wanted),
  delete: <Answer>(relative: string, wanted?: Wanted) => request<Answer>("DELETE", relative, wanted),
} as const;

/** The address of something that belongs to a tenant. */
export function of(tenant: string, ...parts: readonly string[]): string {
  return path("api", "v1", tenant, ...parts);
}
