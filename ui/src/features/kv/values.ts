/** Typed values as a person writes them, and how they travel: the server takes the type from the way they are written. */

import type { KvType, KvValue } from "../../api/kv";
import { isoDuration } from "../../i18n/format";
import type { TextKey } from "../../i18n/text";

export const KEY = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/;

/** A value for the control that changes it. */
export function shownAs({ type, value }: KvValue): string {
  if (type === "JSON") return JSON.stringify(value, null, 2);
  return typeof value === "string" ? value : JSON.stringify(value);
}

export type Written = { readonly body: string } | { readonly wrong: TextKey };

function moment(text: string): Written {
  const at = new Date(text);
  return text === "" || Number.isNaN(at.getTime()) ? { wrong: "kv.wrong.DATETIME" } : { body: at.toISOString() };
}

function document(text: string): Written {
  try {
    const value: unknown = JSON.parse(text);
    // A bare text or number in JSON is a value of another type.
    return typeof value === "object" && value !== null ? { body: text } : { wrong: "kv.wrong.JSON" };
  } catch {
    return { wrong: "kv.wrong.JSON" };
  }
}

/** The body that gives a value this type; or what is wrong with it. */
export function written(type: KvType, text: string): Written {
  const trimmed = text.trim();
  switch (type) {
    case "STRING":
      return { body: JSON.stringify(text) };
    case "NUMBER":
      return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(trimmed) ? { body: trimmed } : { wrong: "kv.wrong.NUMBER" };
    case "BOOLEAN":
      return { body: trimmed === "true" ? "true" : "false" };
    case "DATE":
      return /^\d{4}-\d{2}-\d{2}$/.test(trimmed) ? { body: trimmed } : { wrong: "kv.wrong.DATE" };
    case "DATETIME":
      return moment(trimmed);
    case "DURATION":
      return isoDuration(trimmed) === null ? { wrong: "kv.wrong.DURATION" } : { body: trimmed };
    case "JSON":
      return document(trimmed);
  }
}

/** What is left of the time that an entry may live, as it is given anew: a write without it would keep the entry for ever. */
export function remaining(expiration: string | undefined, now: number): string {
  if (!expiration) return "";
  const seconds = Math.max(1, Math.round((Date.parse(expiration) - now) / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const parts = [hours && `${hours}H`, minutes && `${minutes}M`, seconds % 60 && `${seconds % 60}S`];
  return `PT${parts.filter(Boolean).join("")}`;
}
