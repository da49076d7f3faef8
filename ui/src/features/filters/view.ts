/** What a list shows, read from its address: filters, range of time, order, page. The address is the only place of it. */

import type { QueryPairs } from "../../api/client";
import type { DateRange } from "../../kit/daterange";
import { type Clause, clausesOf, pairsOf, type Search, withClauses } from "./grammar";

export const PAGE_SIZE = 25;

const RANGE_FIELDS: readonly string[] = ["timeRange", "startDate", "endDate"];

function isRange({ field, group }: Clause): boolean {
  return RANGE_FIELDS.includes(field) && !group;
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
  const from = clauses.find(({ field }) => field === "startDate")?.value ?? null;
  const to = clauses.find(({ field }) => field === "endDate")?.value ?? null;
  return from === null && to === null ? { kind: "always" } : { kind: "between", from, to };
}

function rangeClauses(range: DateRange): readonly Clause[] {
  if (range.kind === "always") return [];
  if (range.kind === "last") return [{ field: "timeRange", operation: "EQUALS", value: range.duration }];
  const { from, to } = range;
  return [
    ...(from === null ? [] : [{ field: "startDate", operation: "GREATER_THAN_OR_EQUAL_TO", value: from } as const]),
    ...(to === null ? [] : [{ field: "endDate", operation: "LESS_THAN_OR_EQUAL_TO", value: to } as const]),
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

export function withPage(search: Search, page: number): Search {
  return { ...search, page: String(page) };
}

export function withSort(search: Search, sort: string): Search {
  const { page: _, ...rest } = search;
  return { ...rest, sort };
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
