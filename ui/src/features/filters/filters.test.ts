import { describe, expect, it } from "vitest";
import { type Clause, clausesOf, OPERATIONS, pairsOf, parseSearch, printSearch, withClauses } from "./grammar";
import { pageOf, queryOf, rangeOf, withRange } from "./view";
import { typed, wordsOf } from "./words";

const FIELDS = ["state", "ns", "flow", "scope"] as const;

/** A small generator of numbers, so that a failure can be played again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

describe("addresses", () => {
  it.each<[string, Clause]>([
    ["?filters[state][IN]=FAILED,KILLED", { field: "state", operation: "IN", value: "FAILED,KILLED" }],
    [
      "?filters%5Blabels%5D%5BEQUALS%5D%5Benv%5D=prod",
      { field: "labels", operation: "EQUALS", key: "env", value: "prod" },
    ],
    [
      "?filters[or][0][and][1][flowId][STARTS_WITH]=load",
      { field: "flowId", operation: "STARTS_WITH", value: "load", group: ["or", "0", "and", "1"] },
    ],
    ["?namespace=company", { field: "namespace", operation: "PREFIX", value: "company" }],
    ["?state=FAILED&state=KILLED", { field: "state", operation: "IN", value: "FAILED,KILLED" }],
    ["?labels=env:a:b", { field: "labels", operation: "EQUALS", key: "env", value: "a:b" }],
  ])("%s", (text, clause) => expect(clausesOf(parseSearch(text))).toEqual([clause]));

  it("leave alone what is no filter", () => {
    expect(clausesOf(parseSearch("?page=2&filters[state][MAYBE]=x&filters[state]=x&filters=x"))).toEqual([]);
    expect(withClauses(parseSearch("?page=2&q=x"), [])).toEqual({ page: "2" });
  });

  it("say after printing what they said before", () => {
    const next = random(7);
    const text = () => Array.from({ length: 1 + next() * 6 }, () => 'aB1.*:&=?% "]ä'[Math.floor(next() * 14)]).join("");
    for (let round = 0; round < 500; round += 1) {
      const clauses: Clause[] = Array.from({ length: 1 + next() * 3 }, (_, index) => ({
        field: ["namespace", "flowId", "q"][index % 3] ?? "q",
        operation: OPERATIONS[Math.floor(next() * OPERATIONS.length)] ?? "EQUALS",
        value: text(),
      }));
      const printed = printSearch(withClauses({}, clauses));
      expect(pairsOf(clausesOf(parseSearch(printed)))).toEqual(pairsOf(clauses));
    }
  });
});

describe("typed filters", () => {
  it.each<[string, readonly Clause[]]>([
    ["state:failed,KILLED", [{ field: "state", operation: "IN", value: "FAILED,KILLED" }]],
    ["-state:SUCCESS", [{ field: "state", operation: "NOT_IN", value: "SUCCESS" }]],
    ["ns:company.*", [{ field: "namespace", operation: "PREFIX", value: "company" }]],
    ["flow:load*", [{ field: "flowId", operation: "STARTS_WITH", value: "load" }]],
    ["flow:*load*", [{ field: "flowId", operation: "CONTAINS", value: "load" }]],
    ['ns:"*"', [{ field: "namespace", operation: "EQUALS", value: "*" }]],
    ["label.env:prod", [{ field: "labels", operation: "EQUALS", key: "env", value: "prod" }]],
    ["label.system.replay:true", [{ field: "labels", operation: "EQUALS", key: "system.replay", value: "true" }]],
    ['timed "out: now"', [{ field: "q", operation: "EQUALS", value: "timed out: now" }]],
    ["", []],
  ])("%s", (text, clauses) => expect(typed(text, FIELDS)).toEqual({ clauses, unknown: [] }));

  it.each(["speed:9", "state:", "-flow:load*"])("%s is told to mean nothing", (text) => {
    expect(typed(text, FIELDS)).toEqual({ clauses: [], unknown: [text] });
  });

  it("read back what they print", () => {
    const next = random(11);
    const text = () => Array.from({ length: 1 + next() * 6 }, () => 'aB1.*:-& "\\ä'[Math.floor(next() * 12)]).join("");
    for (let round = 0; round < 2000; round += 1) {
      const field = ["namespace", "flowId", "labels", "q"][Math.floor(next() * 4)] ?? "q";
      const operation = OPERATIONS[Math.floor(next() * OPERATIONS.length)] ?? "EQUALS";
      const value = text();
      if (value.trim() === "") continue;
      const clause: Clause = { field, operation, value, ...(field === "labels" ? { key: "env" } : {}) };
      const words = wordsOf(clause);
      if (words !== null) expect(typed(words, FIELDS), words).toEqual({ clauses: [clause], unknown: [] });
    }
  });
});

describe("the view in the address", () => {
  const search = parseSearch("?filters[timeRange][EQUALS]=PT24H&page=3&size=50&sort=state.duration:asc");

  it("has a range, an order and a page", () => {
    expect(rangeOf(search)).toEqual({ kind: "last", duration: "PT24H" });
    expect(pageOf(search)).toEqual({ page: 3, size: 50 });
    expect(queryOf(search, "x:desc")).toContainEqual(["sort", "state.duration:asc"]);
    expect(queryOf({}, "x:desc")).toContainEqual(["sort", "x:desc"]);
  });

  it("begins at the first page when the range changes", () => {
    const next = withRange(search, { kind: "between", from: "2026-11-28T00:00:00.000Z", to: null });
    expect(pageOf(next).page).toBe(1);
    expect(rangeOf(next)).toEqual({ kind: "between", from: "2026-11-28T00:00:00.000Z", to: null });
    expect(rangeOf(withRange(next, { kind: "always" }))).toEqual({ kind: "always" });
  });

  it.each(["?page=0", "?page=x", "?page=-1&size=0"])("%s is the first page", (text) => {
    expect(pageOf(parseSearch(text))).toEqual({ page: 1, size: 25 });
  });
});
