/** What a message looks like: folded to one line or unfolded, in pieces with colours, matches and links. Pure. */

import { type Piece, piecesOf } from "./ansi";

/** Characters of one message that are shown folded, and unfolded. */
const FOLDED_MAX = 2_000;
const UNFOLDED_MAX = 200_000;

/** From a character on to another, of the message as it came. */
export type Mark = readonly [number, number];

export interface Part {
  readonly text: string;
  readonly looks: readonly string[];
  readonly isMatch: boolean;
  readonly href?: string;
}

export interface Message {
  /** In place of the message: the fields of an object. Matches cannot be marked in it. */
  readonly isRewritten: boolean;
  readonly text: string;
  /** Lines that are folded away, or the fields of an object; 0 if it is shown as a whole. */
  readonly folded: number;
}

type Fields = Readonly<Record<string, unknown>>;

/** The fields of a message that is an object of JSON. */
export function fieldsOf(message: string): Fields | null {
  if (!message.startsWith("{") || !message.trimEnd().endsWith("}")) return null;
  try {
    return JSON.parse(message) as Fields;
  } catch {
    return null;
  }
}

export function folded(message: string): Message {
  const end = message.trimEnd().indexOf("\n");
  const first = end < 0 ? message.trimEnd() : message.slice(0, end).trimEnd();
  const text = first.slice(0, FOLDED_MAX);
  if (end >= 0) return { text, folded: message.trimEnd().split("\n").length - 1, isRewritten: false };
  const fields = fieldsOf(message);
  if (fields) return { text, folded: Object.keys(fields).length, isRewritten: false };
  return { text, folded: first.length > FOLDED_MAX ? 1 : 0, isRewritten: false };
}

export function unfolded(message: string): Message {
  const fields = fieldsOf(message);
  const text = fields ? Object.entries(fields).map(field).join("\n") : message.trimEnd();
  return { text: text.slice(0, UNFOLDED_MAX), folded: folded(message).folded, isRewritten: fields !== null };
}

function field([name, value]: readonly [string, unknown]): string {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return `${name}: ${text.replaceAll("\n", "\n  ")}`;
}

const LINK = /https?:\/\/[^\s"'<>`]+[^\s"'<>`.,;:!?)\]}]/g;

/** The pieces of a shown text. Each has one look, is a match or none, and leads to one place or nowhere. */
export function partsOf(message: Message, marks: readonly Mark[]): readonly Part[] {
  return piecesOf(message.text).flatMap((piece) => linked(piece, message.isRewritten ? [] : marks));
}

function linked(piece: Piece, marks: readonly Mark[]): readonly Part[] {
  const parts: Part[] = [];
  let begin = 0;
  const take = (end: number, href?: string) => {
    if (end > begin) parts.push(...marked(piece, begin, end, marks, href));
    begin = end;
  };
  for (const found of piece.text.matchAll(LINK)) {
    take(found.index);
    take(found.index + found[0].length, found[0]);
  }
  take(piece.text.length);
  return parts;
}

function marked({ text, at, looks }: Piece, begin: number, end: number, marks: readonly Mark[], href?: string): Part[] {
  const edges = new Set([begin, end]);
  for (const edge of marks.flat()) if (edge - at > begin && edge - at < end) edges.add(edge - at);
  const sorted = [...edges].sort((a, b) => a - b);
  return sorted.slice(0, -1).map((from, index) => ({
    text: text.slice(from, sorted[index + 1]),
    looks,
    isMatch: marks.some(([first, last]) => first <= from + at && from + at < last),
    ...(href === undefined ? {} : { href }),
  }));
}
