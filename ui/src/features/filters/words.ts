/**
 * The same filters as a person types them: `state:FAILED,KILLED ns:company.* label.env:prod -flow:load* "timed out"`.
 * A minus in front excludes. Words without a field are searched for.
 */

import { CAUSES } from "../../api/causes";
import type { Clause, Operation } from "./grammar";

/** Names that people type, and the fields that they mean. */
const FIELDS = {
  state: "state",
  ns: "namespace",
  flow: "flowId",
  scope: "scope",
  parent: "triggerExecutionId",
  child: "childFilter",
  waiting: "waiting",
} as const;

/** Waiting for whatever reason: `waiting:*`. */
export const WAITING: Clause = { field: "waiting", operation: "IN", value: CAUSES.join(",") };

export type TypedField = keyof typeof FIELDS;

export interface Typed {
  readonly clauses: readonly Clause[];
  /** Parts that mean nothing. */
  readonly unknown: readonly string[];
}

/** Cuts a text at spaces outside of quotes. */
function pieces(text: string): string[] {
  return text.match(/(?:[^\s"]|"(?:\\.|[^"\\])*"?)+/g) ?? [];
}

function unquote(text: string): string {
  if (!text.startsWith('"')) return text;
  const inside = text.endsWith('"') && text.length > 1 ? text.slice(1, -1) : text.slice(1);
  return inside.replace(/\\(.)/g, "$1");
}

function quote(text: string, isField: boolean): string {
  const isPlain =
    /^[^\s"\\]+$/.test(text) && (isField ? !text.includes("*") : !/[:*]/.test(text) && !text.startsWith("-"));
  return isPlain ? text : `"${text.replace(/(["\\])/g, "\\$1")}"`;
}

/** What stars at the ends of a value mean. Quotes take their meaning away. */
function pattern(value: string): readonly [Operation, string] {
  if (value.startsWith('"')) return ["EQUALS", unquote(value)];
  if (value.length > 2 && value.startsWith("*") && value.endsWith("*")) return ["CONTAINS", value.slice(1, -1)];
  if (value.length > 2 && value.endsWith(".*")) return ["PREFIX", value.slice(0, -2)];
  if (value.length > 1 && value.endsWith("*")) return ["STARTS_WITH", value.slice(0, -1)];
  if (value.length > 1 && value.startsWith("*")) return ["ENDS_WITH", value.slice(1)];
  return ["EQUALS", value];
}

function stated(field: string, value: string, isNot: boolean): Clause | null {
  if (value === "") return null;
  if (field === "state") {
    return { field, operation: isNot ? "NOT_IN" : "IN", value: unquote(value).toUpperCase() };
  }
  if (field === "waiting") {
    if (isNot) return null;
    return value === "*" ? WAITING : { field, operation: "IN", value: unquote(value).toUpperCase() };
  }
  const [operation, plain] = pattern(value);
  if (!isNot) return { field, operation, value: plain };
  return operation === "EQUALS" ? { field, operation: "NOT_EQUALS", value: plain } : null;
}

function piece(text: string, fields: readonly TypedField[]): Clause | null | "word" {
  const found = /^(-?)(label\.)?([A-Za-z_][\w.-]*):(.*)$/s.exec(text);
  if (!found) return "word";
  const [, minus, label, name = "", value = ""] = found;
  if (label) {
    if (value === "") return null;
    return { field: "labels", operation: minus ? "NOT_EQUALS" : "EQUALS", key: name, value: unquote(value) };
  }
  const known = fields.find((field) => field === name);
  return known ? stated(FIELDS[known], value, minus === "-") : null;
}

export function typed(text: string, fields: readonly TypedField[]): Typed {
  const clauses: Clause[] = [];
  const unknown: string[] = [];
  const words: string[] = [];
  for (const one of pieces(text)) {
    const read = piece(one, fields);
    if (read === "word") words.push(unquote(one));
    else if (read === null) unknown.push(one);
    else clauses.push(read);
  }
  if (words.length > 0) clauses.push({ field: "q", operation: "EQUALS", value: words.join(" ") });
  return { clauses, unknown };
}

/** A clause as it is typed; `null` when only the address can say it. */
export function wordsOf(clause: Clause): string | null {
  if (clause.group) return null;
  const { field, operation, value, key } = clause;
  if (field === "q" && operation === "EQUALS") return quote(value, false);
  const isNot = operation === "NOT_EQUALS" || operation === "NOT_IN";
  const minus = isNot ? "-" : "";
  if (field === "labels" && key !== undefined && /^[A-Za-z_][\w.-]*$/.test(key)) {
    return operation === "EQUALS" || operation === "NOT_EQUALS" ? `${minus}label.${key}:${quote(value, true)}` : null;
  }
  const name = Object.entries(FIELDS).find(([, known]) => known === field)?.[0];
  if (!name) return null;
  if (field === "state")
    return ["IN", "NOT_IN", "EQUALS", "NOT_EQUALS"].includes(operation) ? `${minus}state:${value}` : null;
  if (field === "waiting") {
    if (operation !== "IN" && operation !== "EQUALS") return null;
    return value === WAITING.value ? "waiting:*" : `waiting:${value}`;
  }
  const plain = quote(value, true);
  if (plain.startsWith('"') && operation !== "EQUALS" && operation !== "NOT_EQUALS") return null;
  switch (operation) {
    case "EQUALS":
    case "NOT_EQUALS":
      return `${minus}${name}:${plain}`;
    case "PREFIX":
      return `${name}:${plain}.*`;
    case "STARTS_WITH":
      return value.endsWith(".") ? null : `${name}:${plain}*`;
    case "ENDS_WITH":
      return `${name}:*${plain}`;
    case "CONTAINS":
      return `${name}:*${plain}*`;
    default:
      return null;
  }
}
