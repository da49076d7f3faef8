/** The rows of the tree of task runs that are seen, read by windows. What was seen before stays until its successor is there. */

import { useQueries } from "@tanstack/react-query";
import { useRef } from "react";
import type { QueryPairs } from "../../api/client";
import { type TreeRow, type TreeWindow, treeWindow, WINDOW } from "../../api/taskruns";

/** Rows that are kept although they are not seen. */
const KEPT_MAX = 2_000;

interface Known {
  readonly question: string;
  readonly rows: Map<number, TreeRow>;
  readonly total: number;
  readonly extent: TreeWindow["extent"];
}

export interface SeenRows {
  readonly total: number;
  readonly extent: TreeWindow["extent"];
  readonly row: (index: number) => TreeRow | undefined;
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly retry: () => void;
}

/** The windows that hold these rows. */
export function windowsOf(first: number, last: number): readonly number[] {
  const from = Math.floor(Math.max(0, first) / WINDOW);
  const until = Math.floor(Math.max(first, last, 0) / WINDOW);
  return Array.from({ length: until - from + 1 }, (_, index) => from + index);
}

const NOTHING: Known = { question: "", rows: new Map(), total: 0, extent: { begin: null, end: null } };

export function useRows(tenant: string, id: string, query: QueryPairs, first: number, last: number): SeenRows {
  const question = JSON.stringify([id, query]);
  const known = useRef<Known>(NOTHING);
  const results = useQueries({
    queries: windowsOf(first, last).map((window) => treeWindow(tenant, id, query, window)),
  });
  for (const { data } of results) {
    if (!data) continue;
    const isSame = known.current.question === question && known.current.rows.size < KEPT_MAX;
    const rows = isSame ? known.current.rows : new Map<number, TreeRow>();
    for (const [index, row] of data.rows.entries()) rows.set(data.from + index, row);
    known.current = { question, rows, total: data.total, extent: data.extent };
  }
  const { total, extent, rows } = known.current;
  return {
    total,
    extent,
    row: (index) => rows.get(index),
    isPending: known.current === NOTHING && results.some(({ isPending }) => isPending),
    error: results.find(({ error }) => error)?.error ?? null,
    retry: () => {
      for (const { refetch } of results) void refetch();
    },
  };
}
