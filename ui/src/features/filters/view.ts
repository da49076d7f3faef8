/** What a list shows, read from its address: filters, range of time, order, page. The address is the only place of it. */

import type { QueryPairs } from "../../api/client";
import type { DateRange } from "../../kit/daterange";
import { type Clause, clausesOf, type Operation, pairsOf, type Search, withClauses } from "./grammar";

export const PAGE_SIZE = 25;

/** Shows something else: a new place in the history, or in place of the present one. */
export type OnSearch = (search: Search, how?: { readonly replace: boolean }) => void;

const RANGE_FIELDS: readonly string[] = ["timeRange", "startDate", "endDate"];

/** Operations that bound a range. */
const BOUNDS = ["EQUALS", "GREATER_THAN_OR_EQUAL_TO", "LESS_THAN_OR_EQUAL_TO"];

function isRange({ field, operation, group }: Clause): boolean {
  return RANGE_FIELDS.includes(field) && BOUNDS.includes(operation) && !group;
}

function first(search: Search, name: string): string | undefined {
  const value = search[name];
  return typeof value === "string" ? value : value?.[0];
}

function whole(text: string | undefined, otherwise: number): number {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : otherwise;
}

export function pageOf(search: Search): { readonly page: number; readonly size: number } {
  return { page: whole(first(search, "page"), 1), size: whole(first(search, "size"), PAGE_SIZE) };
}

export function sortOf(search: Search): string | undefined {
  return first(search, "sort");
}

/** Filters without the range of time, which has a control of its own. */
export function filtersOf(search: Search): readonly Clause[] {
  return clausesOf(search).filter((clause) => !isRange(clause));
}

export function rangeOf(search: Search): DateRange {
  const clauses = clausesOf(search).filter(isRange);
  const duration = clauses.find(({ field }) => field === "timeRange")?.value;
  if (duration) return { kind: "last", duration };
  const starts = (operation: Operation) =>
    clauses.find((clause) => clause.field === "startDate" && clause.operation === operation)?.value;
  const from = starts("GREATER_THAN_OR_EQUAL_TO") ?? null;
  const to = starts("LESS_THAN_OR_EQUAL_TO") ?? clauses.find(({ field }) => field === "endDate")?.value ?? null;
  return from === null && to === null ? { kind: "always" } : { kind: "between", from, to };
}

/** Both ends are about the beginning: what began in the range belongs to it, also while it goes on. */
function rangeClauses(range: DateRange): readonly Clause[] {
  if (range.kind === "always") return [];
  if (range.kind === "last") return [{ field: "timeRange", operation: "EQUALS", value: range.duration }];
  const { from, to } = range;
  return [
    ...(from === null ? [] : [{ field: "startDate", operation: "GREATER_THAN_OR_EQUAL_TO", value: from } as const]),
    ...(to === null ? [] : [{ field: "startDate", operation: "LESS_THAN_OR_EQUAL_TO", value: to } as const]),
  ];
}

/** Any change of what is shown begins at the first page. */
function anew(search: Search, clauses: readonly Clause[]): Search {
  const { page: _, ...rest } = withClauses(search, clauses);
  return rest;
}

export function withFilters(search: Search, filters: readonly Clause[]): Search {
  return anew(search, [...filters, ...clausesOf(search).filter(isRange)]);
}

export function withRange(search: Search, range: DateRange): Search {
  return anew(search, [...filtersOf(search), ...rangeClauses(range)]);
}

/** The search of a list for what began between two moments, the second not included. */
export function between(from: number, until: number): Search {
  return withRange({}, { kind: "between", from: new Date(from).toISOString(), to: new Date(until - 1).toISOString() });
}

export function withPage(search: Search, page: number): Search {
  return { ...search, page: String(page) };
}

export function withSort(search: Search, sort: string): Search {
  const { page: _, ...rest } = search;
  return { ...rest, sort };
}

/** Which columns are not shown: the address says it. Memory holds only where the address says nothing at all. */
export function hiddenColumns(search: Search, all: readonly string[], kept: readonly string[]): readonly string[] {
  const shown = first(search, "cols")?.split(",");
  if (shown) return all.filter((column) => !shown.includes(column));
  return Object.keys(search).length === 0 ? kept : [];
}

/** All columns need not be said. */
export function withColumns(search: Search, all: readonly string[], hidden: readonly string[]): Search {
  const { cols: _, ...rest } = search;
  if (hidden.length === 0) return rest;
  return { ...rest, cols: all.filter((column) => !hidden.includes(column)).join(",") };
}

/** What the server is asked. `fixed` filters belong to the page and are not in the address. */
export function queryOf(search: Search, sort: string, fixed: readonly Clause[] = []): QueryPairs {
  const { page, size } = pageOf(search);
  return [
    ...pairsOf([...fixed, ...clausesOf(search)]),
    ["sort", sortOf(search) ?? sort],
    ["page", String(page)],
    ["size", String(size)],
  ];
}
