/** What the editor begins with: the flow as it is, or a draft together with the revision that it was made from. */

import type { QueryClient } from "@tanstack/react-query";
import { draft as draftQuery, flowAt } from "../../api/drafts";
import type { Flow } from "../../api/types";
import { type Draft, localDraft, newest } from "../../features/source/drafts";

export interface Beginning {
  readonly base: Flow;
  readonly text: string;
  /** When the draft was written; `null` if there is none. */
  readonly draftAt: number | null;
}

export async function beginning(queries: QueryClient, tenant: string, flow: Flow): Promise<Beginning> {
  const saved = flow.source ?? "";
  const kept = await queries.fetchQuery(draftQuery(tenant, flow)).catch(() => null);
  const server: Draft | null = kept && {
    text: kept.source,
    base: kept.baseRevision ?? flow.revision,
    at: Date.parse(kept.updated),
  };
  const draft = newest([localDraft(tenant, flow.namespace, flow.id), server], saved);
  if (!draft) return { base: flow, text: saved, draftAt: null };
  const base = draft.base === flow.revision ? flow : await flowAt(tenant, flow, draft.base).catch(() => flow);
  return { base, text: draft.text, draftAt: draft.at };
}
