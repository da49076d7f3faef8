/** Values of variables and plugin defaults as a person writes them: JSON if it can be read so, else text. */

import type { Json } from "../../api/types";

export function readAs(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** A text that would be read as something else is written in quotes. */
export function textOf(value: Json): string {
  if (typeof value !== "string") return JSON.stringify(value, null, typeof value === "object" ? 2 : undefined);
  return readAs(value) === value ? value : JSON.stringify(value);
}

/** The values of a plugin default; `null` if the text is no JSON object. */
export function objectOf(text: string): Readonly<Record<string, Json>> | null {
  const value = readAs(text);
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, Json>>)
    : null;
}
