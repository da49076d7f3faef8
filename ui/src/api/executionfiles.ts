/** Files that an execution keeps: what the server shows of them, and their bytes. */

import { queryOptions } from "@tanstack/react-query";
import { address, client, of } from "./client";
import { Problem } from "./errors";
import { QUIET } from "./quiet";
import type { Json } from "./types";

/** Rows of a preview. */
export const ROWS_MAX = 1_000;

export interface FilePreview {
  readonly extension: string;
  readonly type: "LIST" | "TEXT" | "MARKDOWN" | "IMAGE" | "PDF";
  /** Rows of a list; a text; a picture in base64. */
  readonly content: Json;
  readonly truncated: boolean;
}

export const fileOf = (tenant: string, execution: string, uri: string) =>
  address(of(tenant, "executions", execution, "file"), [["path", uri]]);

export const filePreview = (tenant: string, execution: string, uri: string) =>
  queryOptions({
    queryKey: [tenant, "executions", "file", execution, uri],
    queryFn: ({ signal }) =>
      client.get<FilePreview>(of(tenant, "executions", execution, "file", "preview"), {
        query: [
          ["path", uri],
          ["maxRows", String(ROWS_MAX)],
        ],
        signal,
      }),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The first bytes of a file; the rest of it is not fetched. */
export const firstBytes = (tenant: string, execution: string, uri: string, count: number) =>
  queryOptions({
    queryKey: [tenant, "executions", "bytes", execution, uri, count],
    queryFn: async ({ signal }) => {
      const answer = await fetch(fileOf(tenant, execution, uri), { ...QUIET, signal });
      if (!answer.ok || !answer.body) throw new Problem(answer.status, answer.statusText, [], `GET ${uri}`);
      return begin(answer.body.getReader(), count);
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

async function begin(pieces: ReadableStreamDefaultReader<Uint8Array>, count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(count);
  let length = 0;
  while (length < count) {
    const { done, value } = await pieces.read();
    if (done) break;
    const part = value.subarray(0, count - length);
    bytes.set(part, length);
    length += part.length;
  }
  await pieces.cancel();
  return bytes.subarray(0, length);
}
