/** What is written and not saved, kept by the server for each person. */

import { queryOptions } from "@tanstack/react-query";
import { client, of } from "./client";
import { Problem } from "./errors";
import type { FlowName } from "./flows";
import type { Flow } from "./types";

export interface ServerDraft {
  readonly source: string;
  readonly baseRevision?: number | null;
  readonly updated: string;
}

/** The draft of a flow; `null` if there is none, or a server that keeps none. */
export const draft = (tenant: string, { namespace, id }: FlowName) =>
  queryOptions({
    queryKey: [tenant, "drafts", namespace, id],
    queryFn: async ({ signal }): Promise<ServerDraft | null> => {
      try {
        return await client.get<ServerDraft>(of(tenant, "flows", namespace, id, "draft"), { signal });
      } catch (error) {
        if (error instanceof Problem && error.isMissing) return null;
        throw error;
      }
    },
    staleTime: 0,
    gcTime: 0,
  });

export const keepDraft = (tenant: string, { namespace, id }: FlowName, source: string, baseRevision: number) =>
  client.put<unknown>(of(tenant, "flows", namespace, id, "draft"), { json: { source, baseRevision } });

export const forgetDraft = (tenant: string, { namespace, id }: FlowName) =>
  client.delete<unknown>(of(tenant, "flows", namespace, id, "draft"));

/** A flow as it was at a revision. */
export const flowAt = (tenant: string, { namespace, id }: FlowName, revision: number) =>
  client.get<Flow>(of(tenant, "flows", namespace, id), {
    query: [
      ["source", "true"],
      ["revision", String(revision)],
    ],
  });
