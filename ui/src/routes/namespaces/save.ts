/** Saves what a namespace says. The server takes all of it at once, so the rest goes along as it was. */

import { useQueryClient } from "@tanstack/react-query";
import { changeNamespace, type Namespace, namespace, namespaceKeys } from "../../api/namespaces";
import { useAction } from "../../features/actions/run";
import { t } from "../../i18n/text";

export type Change = Omit<Partial<Namespace>, "id" | "deleted">;

export function useSave(tenant: string, id: string, isCreated: boolean, onDone?: () => void) {
  const queries = useQueryClient();
  return useAction({
    act: async (change: Change) => {
      const { deleted: _, ...now } = await queries.fetchQuery({ ...namespace(tenant, id), staleTime: 0 });
      return changeNamespace(tenant, { ...now, ...change }, isCreated);
    },
    done: () => t("namespaces.saved", { name: id }),
    changes: namespaceKeys.all(tenant),
    onDone: (saved) => {
      // What is changed next is made from what was saved, which need not have been read again by then.
      queries.setQueryData(namespace(tenant, id).queryKey, saved);
      onDone?.();
    },
  });
}
