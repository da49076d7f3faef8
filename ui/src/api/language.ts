/** The server's help while somebody writes: the same rules as `kapelle check`. A server without it answers nothing. */

import { client, of } from "./client";
import { Problem } from "./errors";
import type { Edit, Range } from "./types";

export interface Question {
  readonly text: string;
  readonly line: number;
  readonly column: number;
  /** Of an execution whose values stand beside the names. */
  readonly executionId?: string;
}

export interface Item {
  readonly label: string;
  readonly kind: string;
  readonly detail?: string;
  readonly documentation?: string;
  readonly range: Range;
  readonly insert: string;
  readonly snippet?: string | null;
  readonly deprecated?: boolean;
  readonly value?: string | null;
}

export interface Items {
  readonly items: readonly Item[];
  readonly isIncomplete?: boolean;
}

export interface Hover {
  readonly range: Range;
  readonly title: string;
  readonly detail?: string;
  readonly documentation?: string;
  readonly example?: string | null;
  readonly deprecated?: boolean;
  readonly value?: string | null;
}

export interface Hint {
  readonly kind: string;
  readonly range: Range;
  readonly text: string;
}

export interface Renamed {
  readonly what: string;
  readonly old: string;
  readonly edits: readonly Edit[];
  /** Places that could not be changed. */
  readonly left: readonly Range[];
}

/** Questions that the server did not know are not asked again. */
const unknown = new Set<string>();

async function ask<Answer>(tenant: string, what: string, json: unknown, signal?: AbortSignal): Promise<Answer | null> {
  if (unknown.has(what)) return null;
  try {
    return await client.post<Answer>(of(tenant, "language", what), { json, signal });
  } catch (error) {
    if (!(error instanceof Problem && error.isMissing)) throw error;
    unknown.add(what);
    return null;
  }
}

export const complete = (tenant: string, question: Question, signal: AbortSignal) =>
  ask<Items>(tenant, "complete", question, signal);

export const hover = async (tenant: string, question: Question) =>
  (await ask<{ readonly hover: Hover | null }>(tenant, "hover", question))?.hover ?? null;

/** `null` from a server that gives no help. */
export const hints = async (tenant: string, text: string, signal: AbortSignal) =>
  (await ask<{ readonly hints: readonly Hint[] }>(tenant, "hints", { text }, signal))?.hints ?? null;

export const rename = (tenant: string, question: Question, newName: string) =>
  ask<Renamed>(tenant, "rename", { ...question, newName });
