/** Paths of files, the rows of their tree, and what can be shown of a file. */

import type { FileEntry } from "../../api/namespacefiles";

export const ROOT = "/";

export function join(folder: string, name: string): string {
  return folder === ROOT ? `/${name}` : `${folder}/${name}`;
}

export function parent(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || ROOT;
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** A path as somebody typed it; `null` if there can be none such. */
export function cleaned(typed: string): string | null {
  const parts = typed.split("/").filter((part) => part !== "");
  return parts.length === 0 || parts.some((part) => part === "." || part === "..") ? null : `/${parts.join("/")}`;
}

export interface Row {
  readonly path: string;
  readonly entry: FileEntry;
  readonly depth: number;
  readonly isOpen: boolean;
}

/** The rows of the tree: folders first, and below those that are open what is known of them. */
export function rows(
  listings: ReadonlyMap<string, readonly FileEntry[]>,
  open: ReadonlySet<string>,
  folder = ROOT,
  depth = 0,
): readonly Row[] {
  const entries = [...(listings.get(folder) ?? [])].sort(
    (one, other) =>
      Number(one.type === "File") - Number(other.type === "File") || one.fileName.localeCompare(other.fileName),
  );
  return entries.flatMap((entry) => {
    const path = join(folder, entry.fileName);
    const isOpen = entry.type === "Directory" && open.has(path);
    const row = { path, entry, depth, isOpen };
    return isOpen ? [row, ...rows(listings, open, path, depth + 1)] : [row];
  });
}

/** All folders above a path, so that it can be seen. */
export function foldersAbove(path: string): readonly string[] {
  const parts = path.split("/").slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
}

/** Texts above this size are downloaded and not edited here. */
export const TEXT_MAX = 1_000_000;

export type Face = "yaml" | "text" | "table" | "image" | "none";

const IMAGES: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  svg: "image/svg+xml",
};
const BINARY: ReadonlySet<string> = new Set([
  ..."zip gz tgz bz2 xz 7z tar jar class so dll exe bin pdf parquet ion orc avro xlsx docx db sqlite whl ttf woff2".split(
    " ",
  ),
]);

export function extension(path: string): string {
  const name = nameOf(path);
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? "" : name.slice(dot + 1).toLowerCase();
}

export function mediaType(path: string): string | undefined {
  return IMAGES[extension(path)];
}

export function faceOf(path: string, size: number): Face {
  const kind = extension(path);
  if (mediaType(path)) return "image";
  if (BINARY.has(kind) || size > TEXT_MAX) return "none";
  if (kind === "yml" || kind === "yaml") return "yaml";
  return kind === "csv" || kind === "tsv" ? "table" : "text";
}

/** Lines of a table of text. Quotes may hold commas, line ends and, doubled, quotes. */
export function cells(text: string, separator: string, lines: number): readonly (readonly string[])[] {
  const found: string[][] = [];
  let line: string[] = [];
  let cell = "";
  let isQuoted = false;
  const endLine = () => {
    line.push(cell);
    found.push(line);
    line = [];
    cell = "";
  };
  for (let at = 0; at < text.length && found.length < lines; at += 1) {
    const one = text[at] ?? "";
    if (isQuoted) {
      if (one !== '"') cell += one;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else isQuoted = false;
    } else if (one === '"' && cell === "") isQuoted = true;
    else if (one === separator) {
      line.push(cell);
      cell = "";
    } else if (one === "\n") endLine();
    else if (one !== "\r") cell += one;
  }
  if (found.length < lines && (cell !== "" || line.length > 0)) endLine();
  return found;
}
