/** What a few letters may mean: flows, executions and namespaces, the best first. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, of } from "./client";
import { Problem } from "./errors";
import type { State } from "./types";

export type Found =
  | {
      readonly kind: "execution";
      readonly id: string;
      readonly namespace: string;
      readonly flowId: string;
      readonly state: State;
    }
  | { readonly kind: "flow"; readonly namespace: string; readonly id: string; readonly description?: string | null }
  | { readonly kind: "namespace"; readonly id: string }
  | { readonly kind: "plugin"; readonly id: string; readonly type: string };

let isKnown = true;

/** `null` from a server without a search: lists are asked instead. */
export const search = (tenant: string, q: string) =>
  queryOptions({
    queryKey: [tenant, "search", q],
    queryFn: async ({ signal }): Promise<readonly Found[] | null> => {
      if (!isKnown) return null;
      try {
        const query = [
          ["q", q],
          ["limit", "20"],
        ] as const;
        return (await client.get<{ readonly results: readonly Found[] }>(of(tenant, "search"), { query, signal }))
          .results;
      } catch (error) {
        if (!(error instanceof Problem && error.isMissing)) throw error;
        isKnown = false;
        return null;
      }
    },
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  });
