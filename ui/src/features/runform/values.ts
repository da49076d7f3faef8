/** What a person gives for inputs, and how it travels. Only what was touched is sent: the rest the server makes itself. */

import type { QueryPairs } from "../../api/client";
import type { Input, Json } from "../../api/types";

/** Text as the server reads it, or a file. An empty text is nothing. */
export type Given = Readonly<Record<string, string | File>>;

export type Control =
  | "text"
  | "number"
  | "truth"
  | "choice"
  | "choices"
  | "date"
  | "moment"
  | "time"
  | "document"
  | "file"
  | "secret";

export function controlOf({ type, values, options, isRadio }: Input): Control {
  switch (type) {
    case "INT":
    case "FLOAT":
      return "number";
    case "BOOL":
    case "BOOLEAN":
      return "truth";
    case "SELECT":
    case "ENUM":
      return isRadio || values || options ? "choice" : "text";
    case "MULTISELECT":
      return "choices";
    case "DATE":
      return "date";
    case "DATETIME":
      return "moment";
    case "TIME":
      return "time";
    case "JSON":
    case "YAML":
    case "ARRAY":
      return "document";
    case "FILE":
      return "file";
    case "SECRET":
      return "secret";
    default:
      return "text";
  }
}

export function choicesOf({ values, options }: Input): readonly string[] {
  return (values ?? options ?? []).map(String);
}

/** A value of the server as the control shows it. */
export function shown(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  return typeof value === "object" ? JSON.stringify(value, null, 2) : String(value);
}

/** The list that a text of several choices says. */
export function listed(text: string): readonly string[] {
  if (text.trim() === "") return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.map(String) : [];
  } catch {
    return [];
  }
}

/** Sets an input, or forgets it when it is empty. */
export function withGiven(given: Given, id: string, value: string | File | null): Given {
  const { [id]: _, ...rest } = given;
  return value === null || value === "" ? rest : { ...rest, [id]: value };
}

/** One part for each input; a file keeps its name. */
export function formOf(given: Given): FormData {
  const form = new FormData();
  for (const [id, value] of Object.entries(given)) {
    if (typeof value === "string") form.append(id, value);
    else form.append(id, value, value.name);
  }
  return form;
}

export interface Labelled {
  readonly pairs: QueryPairs;
  readonly wrong: readonly string[];
}

/** Labels as they are typed: `env:prod, team:a`. */
export function labelsOf(text: string): Labelled {
  const parts = text
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter(Boolean);
  const isGood = (part: string) => /^[^:\s]+:.+$/.test(part);
  return {
    pairs: parts.filter(isGood).map((part) => ["labels", part] as const),
    wrong: parts.filter((part) => !isGood(part)),
  };
}
