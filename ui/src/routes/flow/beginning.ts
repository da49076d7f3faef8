/** What the editor begins with: the flow as it is, or a draft together with the revision that it was made from. */

import type { QueryClient } from "@tanstack/react-query";
import { draft as draftQuery, flowAt } from "../../api/drafts";
import type { FlowName } from "../../api/flows";
import type { Flow } from "../../api/types";
import { type Draft, localDraft, newest } from "../../features/source/drafts";
import { forgetAll } from "./keeping";

export interface Beginning<Base> {
  readonly base: Base;
  readonly text: string;
  /** When the draft was written; `null` if there is none. */
  readonly draftAt: number | null;
}

/** The place of the draft of a flow that has no name yet. No flow can be called so. */
export const NEW: FlowName = { namespace: "_", id: "_" };

export async function beginning(queries: QueryClient, tenant: string, flow: Flow): Promise<Beginning<Flow>> {
  const saved = flow.source ?? "";
  const draft = await lastDraft(queries, tenant, flow, flow.revision, saved);
  if (!draft) return { base: flow, text: saved, draftAt: null };
  const base = draft.base === flow.revision ? flow : await flowAt(tenant, flow, draft.base).catch(() => flow);
  return { base, text: draft.text, draftAt: draft.at };
}

/** The same for a flow that is not there yet. */
export async function beginningOfNew(queries: QueryClient, tenant: string, text: string): Promise<Beginning<string>> {
  const draft = await lastDraft(queries, tenant, NEW, 0, text);
  return { base: text, text: draft?.text ?? text, draftAt: draft?.at ?? null };
}

async function lastDraft(
  queries: QueryClient,
  tenant: string,
  name: FlowName,
  revision: number,
  saved: string,
): Promise<Draft | null> {
  const kept = await queries.fetchQuery(draftQuery(tenant, name)).catch(() => null);
  const drafts = [
    localDraft(tenant, name.namespace, name.id),
    kept && { text: kept.source, base: kept.baseRevision ?? revision, at: Date.parse(kept.updated) },
  ];
  const last = newest(drafts, saved);
  // Once the flow moves on, a draft that says what is saved today would look like something that was never saved.
  if (!last && drafts.some((one) => one !== null)) forgetAll(tenant, name);
  return last;
}
