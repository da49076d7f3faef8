/** What is shown of a file: a table, a text, a picture, or its bytes. Pure. */

import type { FilePreview } from "../../api/executionfiles";
import type { Json } from "../../api/types";
import { cells, mediaType } from "../namespacefiles/paths";

export interface Grid {
  readonly head: readonly string[];
  readonly body: readonly (readonly string[])[];
}

export type Content =
  | { readonly kind: "grid"; readonly grid: Grid }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "picture"; readonly source: string }
  | { readonly kind: "bytes" };

const SEPARATORS: Readonly<Record<string, string>> = { csv: ",", tsv: "\t" };

export function contentOf({ type, extension, content }: FilePreview, rowsMax: number): Content {
  if (Array.isArray(content)) return { kind: "grid", grid: gridOf(content) };
  const text = typeof content === "string" ? content : JSON.stringify(content, null, 2);
  const media = mediaType(`file.${extension}`);
  if (type === "IMAGE" && media !== undefined) return { kind: "picture", source: `data:${media};base64,${text}` };
  if (type === "IMAGE" || type === "PDF" || isBinary(text)) return { kind: "bytes" };
  const separator = SEPARATORS[extension];
  if (separator === undefined) return { kind: "text", text };
  const [head = [], ...body] = cells(text, separator, rowsMax + 1);
  return { kind: "grid", grid: { head, body } };
}

/** The server reads everything as text; what was none has bytes that texts do not have. */
function isBinary(text: string): boolean {
  const strange = text.slice(0, 4_000).match(/[\0\ufffd]/g)?.length ?? 0;
  return text.includes("\0") || strange > text.slice(0, 4_000).length / 20;
}

/** Rows as they are: the columns are the fields of all of them, in the order in which they are met. */
function gridOf(rows: readonly Json[]): Grid {
  const isRecord = (row: Json): row is Readonly<Record<string, Json>> =>
    typeof row === "object" && row !== null && !Array.isArray(row);
  const records = rows.filter(isRecord);
  if (records.length < rows.length) return { head: ["1"], body: rows.map((row) => [cell(row)]) };
  const head = [...new Set(records.flatMap((row) => Object.keys(row)))];
  return { head, body: records.map((row) => head.map((name) => cell(row[name]))) };
}

function cell(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

const WIDTH = 16;

/** Bytes as programmers read them: where, in hexadecimal, and as characters where they are some. */
export function hexOf(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += WIDTH) {
    const part = [...bytes.subarray(at, at + WIDTH)];
    const hex = part.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = part.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
    lines.push(`${at.toString(16).padStart(6, "0")}  ${hex.padEnd(WIDTH * 3 - 1)}  ${text}`);
  }
  return lines.join("\n");
}
