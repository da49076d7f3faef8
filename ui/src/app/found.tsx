/** What the palette finds on the server, and where each leads. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Folders, Play, Workflow } from "lucide-react";
import { type ReactNode, useDeferredValue } from "react";
import { executionList } from "../api/executions";
import { flowList } from "../api/flows";
import { type Found, search } from "../api/search";
import { StateMark } from "../kit/statemark";

export interface Entry {
  readonly key: string;
  readonly icon: ReactNode;
  readonly name: string;
  readonly aside?: ReactNode;
  readonly open: () => void;
}

const FOUND_MAX = "8";

/** From a server without a search: flows by their names, and an execution once its id is whole. */
function useLists(tenant: string, wanted: string, isWanted: boolean) {
  const asked = [
    ["filters[q][EQUALS]", wanted],
    ["size", FOUND_MAX],
  ] as const;
  const flows = useQuery({ ...flowList(tenant, asked), enabled: isWanted, placeholderData: keepPreviousData });
  const executions = useQuery({ ...executionList(tenant, asked), enabled: isWanted && wanted.length > 2 });
  const found: readonly Found[] = [
    ...(flows.data?.results ?? []).map(({ namespace, id }) => ({ kind: "flow", namespace, id }) as const),
    ...(executions.data?.results ?? []).map(
      ({ id, namespace, flowId, state }) =>
        ({ kind: "execution", id, namespace, flowId, state: state.current }) as const,
    ),
  ];
  return { found, error: flows.error ?? executions.error };
}

export function useFound(
  tenant: string,
  text: string,
): { readonly entries: readonly Entry[]; readonly error: unknown } {
  const navigate = useNavigate();
  const wanted = useDeferredValue(text.trim());
  const asked = useQuery({ ...search(tenant, wanted), enabled: wanted !== "" });
  const lists = useLists(tenant, wanted, wanted !== "" && asked.data === null);
  if (wanted === "") return { entries: [], error: null };
  const rows = asked.data ?? lists.found;
  const entry = (row: Found): Entry | null => {
    switch (row.kind) {
      case "flow":
        return {
          key: `flow ${row.namespace} ${row.id}`,
          icon: <Workflow size={16} />,
          name: `${row.namespace}.${row.id}`,
          open: () =>
            void navigate({
              to: "/$tenant/flows/edit/$namespace/$id/$tab",
              params: { tenant, namespace: row.namespace, id: row.id, tab: "overview" },
            }),
        };
      case "namespace":
        return {
          key: `namespace ${row.id}`,
          icon: <Folders size={16} />,
          name: row.id,
          open: () =>
            void navigate({
              to: "/$tenant/namespaces/edit/$namespace/$tab",
              params: { tenant, namespace: row.id, tab: "overview" },
            }),
        };
      case "execution":
        return {
          key: `execution ${row.id}`,
          icon: <Play size={16} />,
          name: row.id,
          aside: (
            <>
              <span className="truncate text-muted max-narrow:hidden">{row.flowId}</span>
              <StateMark state={row.state} />
            </>
          ),
          open: () =>
            void navigate({
              to: "/$tenant/executions/$namespace/$flowId/$id/$tab",
              params: { tenant, namespace: row.namespace, flowId: row.flowId, id: row.id, tab: "overview" },
            }),
        };
      // There is no page of a plugin yet.
      case "plugin":
        return null;
    }
  };
  return { entries: rows.map(entry).filter((one) => one !== null), error: asked.error ?? lists.error };
}
