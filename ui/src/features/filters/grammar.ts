/**
 * Kestra's grammar of filters in addresses: `filters[state][IN]=FAILED,KILLED`, `filters[labels][EQUALS][env]=prod`,
 * groups `filters[or][0][and][1][flowId][STARTS_WITH]=load`. What is read is written again in the same way.
 */

export const OPERATIONS = [
  "EQUALS",
  "NOT_EQUALS",
  "IN",
  "NOT_IN",
  "STARTS_WITH",
  "ENDS_WITH",
  "CONTAINS",
  "PREFIX",
  "REGEX",
  "GREATER_THAN",
  "LESS_THAN",
  "GREATER_THAN_OR_EQUAL_TO",
  "LESS_THAN_OR_EQUAL_TO",
] as const;

export type Operation = (typeof OPERATIONS)[number];

export interface Clause {
  readonly field: string;
  readonly operation: Operation;
  /** The key of a label. */
  readonly key?: string;
  readonly value: string;
  /** Where it stands in groups, as in the address: `["or", "0"]`. Clauses of the first level have none. */
  readonly group?: readonly string[];
}

/** The search part of an address, decoded. */
export type Search = Readonly<Record<string, string | readonly string[]>>;

/** Fields of filters before there was a grammar, which old links have: what they mean in it. */
const FLAT: Readonly<Record<string, readonly [string, Operation]>> = {
  q: ["q", "EQUALS"],
  namespace: ["namespace", "PREFIX"],
  flowId: ["flowId", "EQUALS"],
  state: ["state", "IN"],
  scope: ["scope", "EQUALS"],
  timeRange: ["timeRange", "EQUALS"],
  startDate: ["startDate", "GREATER_THAN_OR_EQUAL_TO"],
  endDate: ["endDate", "LESS_THAN_OR_EQUAL_TO"],
  triggerExecutionId: ["triggerExecutionId", "EQUALS"],
  childFilter: ["childFilter", "EQUALS"],
};

export function parseSearch(text: string): Search {
  const search: Record<string, string | string[]> = {};
  for (const [key, value] of new URLSearchParams(text)) {
    const known = search[key];
    if (known === undefined) search[key] = value;
    else search[key] = [...(typeof known === "string" ? [known] : known), value];
  }
  return search;
}

/** Brackets, commas and colons stay as they are, so that addresses can be read. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(/%(5B|5D|2C|3A|2F|40)/g, (code) => decodeURIComponent(code));
}

export function printSearch(search: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(search).flatMap(([key, value]) => {
    const values = Array.isArray(value) ? value : [value];
    return values
      .filter((one) => one !== undefined && one !== null)
      .map((one) => `${escaped(key)}=${escaped(String(one))}`);
  });
  return pairs.length > 0 ? `?${pairs.join("&")}` : "";
}

function isOperation(text: string | undefined): text is Operation {
  return (OPERATIONS as readonly string[]).includes(text ?? "");
}

/** The clause of one parameter, if it is one. */
function clause(name: string, value: string): Clause | null {
  const parts = /^filters((?:\[[^\]]*\])+)$/.exec(name)?.[1]?.slice(1, -1).split("][");
  if (!parts) return null;
  const group: string[] = [];
  while ((parts[0] === "or" || parts[0] === "and") && /^\d+$/.test(parts[1] ?? "")) group.push(...parts.splice(0, 2));
  const [field, operation, key, ...rest] = parts;
  if (!field || !isOperation(operation) || rest.length > 0) return null;
  return { field, operation, value, ...(key === undefined ? {} : { key }), ...(group.length > 0 ? { group } : {}) };
}

function flat(name: string, value: string): Clause | null {
  if (name === "labels") {
    const colon = value.indexOf(":");
    if (colon < 0) return null;
    return { field: "labels", operation: "EQUALS", key: value.slice(0, colon), value: value.slice(colon + 1) };
  }
  const known = FLAT[name];
  return known ? { field: known[0], operation: known[1], value } : null;
}

/** All filters of an address, those of old links too. */
export function clausesOf(search: Search): readonly Clause[] {
  return Object.entries(search).flatMap(([name, value]) => {
    const values = typeof value === "string" ? [value] : value;
    if (name === "state" && values.length > 1) return flat(name, values.join(",")) ?? [];
    return values.map((one) => clause(name, one) ?? flat(name, one)).filter((found) => found !== null);
  });
}

export function nameOf({ group = [], field, operation, key }: Clause): string {
  const parts = [...group, field, operation, ...(key === undefined ? [] : [key])];
  return `filters${parts.map((part) => `[${part}]`).join("")}`;
}

/** The parameters that say these filters. */
export function pairsOf(clauses: readonly Clause[]): readonly (readonly [string, string])[] {
  return clauses.map((one) => [nameOf(one), one.value] as const);
}

/** An address that has these filters in place of its own. */
export function withClauses(search: Search, clauses: readonly Clause[]): Search {
  const kept = Object.entries(search).filter(
    ([name]) => !name.startsWith("filters[") && name !== "labels" && !(name in FLAT),
  );
  const next: Record<string, string | readonly string[]> = Object.fromEntries(kept);
  for (const [name, value] of pairsOf(clauses)) {
    const known = next[name];
    if (known === undefined) next[name] = value;
    else next[name] = [...(typeof known === "string" ? [known] : known), value];
  }
  return next;
}
