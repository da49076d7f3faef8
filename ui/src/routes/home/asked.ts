/** What the page is about, read from its address: a range of whole hours, a namespace, labels. */

import type { QueryPairs } from "../../api/client";
import { type Clause, clausesOf, pairsOf, type Search } from "../../features/filters/grammar";
import { filtersOf, rangeOf, withFilters } from "../../features/filters/view";
import { isoDuration } from "../../i18n/format";
import type { DateRange } from "../../kit/daterange";

const USUAL: DateRange = { kind: "last", duration: "PT24H" };
const HOUR = 3_600_000;

export interface Asked {
  readonly range: DateRange;
  readonly namespace: string | undefined;
  /** `key:value`. */
  readonly labels: readonly string[];
  /** The same filters for lists, without the range. */
  readonly filters: Search;
}

export function askedOf(search: Search): Asked {
  const range = rangeOf(search);
  const filters = filtersOf(search);
  return {
    range: range.kind === "always" ? USUAL : range,
    namespace: filters.find(({ field }) => field === "namespace")?.value,
    labels: filters.filter(({ field }) => field === "labels").map(({ key, value }) => `${key}:${value}`),
    filters: Object.fromEntries(pairsOf(filters)),
  };
}

/** Filters of the page: what it knows of is replaced. A label without a value is none. */
export function withAsked(search: Search, namespace: string | undefined, labels: readonly string[]): Search {
  const within: readonly Clause[] = namespace ? [{ field: "namespace", operation: "PREFIX", value: namespace }] : [];
  const labelled = labels.flatMap((label): readonly Clause[] => {
    const colon = label.indexOf(":");
    if (colon < 1) return [];
    return [{ field: "labels", operation: "EQUALS", key: label.slice(0, colon), value: label.slice(colon + 1) }];
  });
  return withFilters(search, [...within, ...labelled]);
}

/** What the server is asked: it counts in whole hours. */
export function homeQuery({ range, namespace, labels }: Asked, now: number): QueryPairs {
  return [
    ...stretch(range, now),
    ...(namespace ? [["namespace", namespace] as const] : []),
    ...labels.map((label) => ["labels", label] as const),
  ];
}

function stretch(range: DateRange, now: number): QueryPairs {
  if (range.kind !== "between")
    return [["range", range.kind === "last" ? hours(isoDuration(range.duration)) : "PT24H"]];
  const until = range.to === null ? now : Date.parse(range.to);
  const from = range.from === null ? until - 24 * HOUR : Date.parse(range.from);
  return [["range", hours(until - from)], ...(range.to === null ? [] : [["until", range.to] as const])];
}

function hours(milliseconds: number | null): string {
  return `PT${Math.max(1, Math.ceil((milliseconds ?? 24 * HOUR) / HOUR))}H`;
}

/** Filters of a list of executions of the page, those that the page has and these. */
export function listOf({ filters }: Asked, ...more: readonly Search[]): Search {
  return Object.assign({}, filters, ...more);
}

/** The same filters as lists are asked by. */
export function pairsOfPage({ filters }: Asked): QueryPairs {
  return pairsOf(clausesOf(filters));
}
