/** Files of a namespace, as flows and their scripts see them. */

import { queryOptions } from "@tanstack/react-query";
import { address, client, of } from "./client";

export interface FileEntry {
  readonly fileName: string;
  readonly type: "File" | "Directory";
  readonly size: number;
  readonly lastModifiedTime: number;
}

export const fileKeys = { all: (tenant: string, namespace: string) => [tenant, "files", namespace] as const };

/** What is in a folder; paths begin with a slash, and `/` is the uppermost folder. */
export const folder = (tenant: string, namespace: string, path: string) =>
  queryOptions({
    queryKey: [...fileKeys.all(tenant, namespace), "folder", path],
    queryFn: ({ signal }) =>
      client.get<readonly FileEntry[]>(of(tenant, "namespaces", namespace, "files", "directory"), {
        query: [["path", path]],
        signal,
      }),
  });

export const fileStats = (tenant: string, namespace: string, path: string) =>
  queryOptions({
    queryKey: [...fileKeys.all(tenant, namespace), "stats", path],
    queryFn: ({ signal }) =>
      client.get<FileEntry>(of(tenant, "namespaces", namespace, "files", "stats"), { query: [["path", path]], signal }),
  });

export const fileText = (tenant: string, namespace: string, path: string, revision?: number) =>
  queryOptions({
    queryKey: [...fileKeys.all(tenant, namespace), "text", path, revision ?? "now"],
    queryFn: ({ signal }) =>
      client.get<string>(of(tenant, "namespaces", namespace, "files"), {
        query: [["path", path], ...(revision === undefined ? [] : ([["revision", String(revision)]] as const))],
        isText: true,
        signal,
      }),
  });

export const fileRevisions = (tenant: string, namespace: string, path: string) =>
  queryOptions({
    queryKey: [...fileKeys.all(tenant, namespace), "revisions", path],
    queryFn: ({ signal }) =>
      client.get<readonly { readonly revision: number }[]>(of(tenant, "namespaces", namespace, "files", "revisions"), {
        query: [["path", path]],
        signal,
      }),
  });

export const fileAddress = (tenant: string, namespace: string, path: string) =>
  address(of(tenant, "namespaces", namespace, "files"), [["path", path]]);

export const archiveAddress = (tenant: string, namespace: string) =>
  address(of(tenant, "namespaces", namespace, "files", "export"));

/** Writes a file anew, as its next revision. A ZIP is unpacked by the server. */
export function putFile(tenant: string, namespace: string, path: string, content: Blob): Promise<void> {
  const form = new FormData();
  form.append("fileContent", content, path.slice(path.lastIndexOf("/") + 1));
  return client.post<void>(of(tenant, "namespaces", namespace, "files"), { query: [["path", path]], form });
}

export const makeFolder = (tenant: string, namespace: string, path: string) =>
  client.post<void>(of(tenant, "namespaces", namespace, "files", "directory"), { query: [["path", path]] });

export const moveFile = (tenant: string, namespace: string, from: string, to: string) =>
  client.put<void>(of(tenant, "namespaces", namespace, "files"), {
    query: [
      ["from", from],
      ["to", to],
    ],
  });

export const deleteFile = (tenant: string, namespace: string, path: string) =>
  client.delete<void>(of(tenant, "namespaces", namespace, "files"), { query: [["path", path]] });
