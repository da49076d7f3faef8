/** Views that people keep: the address of a list under a name, their own or shared. The server keeps them. */

import { queryOptions } from "@tanstack/react-query";
import { client, of } from "./client";
import type { Page } from "./types";

/** What is said of a view when it is kept. */
export interface ViewWanted {
  readonly name: string;
  /** The list that it belongs to. */
  readonly page: string;
  /** A path of this server with what the list shows behind it. */
  readonly address: string;
  readonly shared: boolean;
  /** What the list begins with. */
  readonly default: boolean;
}

export interface View extends ViewWanted {
  readonly id: string;
  readonly owner: string;
  readonly own: boolean;
}

export const viewKeys = { all: (tenant: string) => [tenant, "views"] as const };

/** Own ones and shared ones of a list. */
export const views = (tenant: string, page: string) =>
  queryOptions({
    queryKey: [...viewKeys.all(tenant), page],
    queryFn: async ({ signal }) =>
      (await client.get<Page<View>>(of(tenant, "views"), { query: [["page", page]], signal })).results,
    staleTime: 60_000,
  });

export const createView = (tenant: string, wanted: ViewWanted) =>
  client.post<View>(of(tenant, "views"), { json: wanted });

export const changeView = (tenant: string, { id, name, page, address, shared, default: isDefault }: View) =>
  client.put<View>(of(tenant, "views", id), { json: { name, page, address, shared, default: isDefault } });

export const deleteView = (tenant: string, id: string) => client.delete<void>(of(tenant, "views", id));
