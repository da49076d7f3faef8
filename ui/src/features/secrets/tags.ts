/** Tags as they are typed: `team:a, stage:prod`. */

import type { Label } from "../../api/types";

export function textOf(tags: readonly Label[]): string {
  return tags.map(({ key, value }) => `${key}:${value}`).join(", ");
}

/** `null` if a part is no `key:value`. */
export function tagsOf(text: string): readonly Label[] | null {
  const parts = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const read = parts.map((part) => {
    const colon = part.indexOf(":");
    const [key, value] = [part.slice(0, colon).trim(), part.slice(colon + 1).trim()];
    return colon > 0 && value !== "" ? { key, value } : null;
  });
  const known = read.filter((tag) => tag !== null);
  return known.length === read.length ? known : null;
}
