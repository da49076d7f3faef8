/** What of the tree of task runs is wanted: which branches are open, and what is looked for. It stands in the address. Pure. */

import type { QueryPairs } from "../../api/client";
import { EVERYTHING, type TreeRow } from "../../api/taskruns";
import { STATES, type State } from "../../api/types";
import type { Search } from "../filters/grammar";

/** Groups of so many children are open by themselves; larger ones are loops that somebody unfolds where they want to look. */
export const UNFOLD = 50;

/** `""` for all children, `FAILED` for those in a state, `10-99` for some iterations. */
export type Branch = string;

export interface Question {
  readonly states: readonly State[];
  readonly text: string;
  readonly open: ReadonlyMap<string, Branch>;
  readonly closed: ReadonlySet<string>;
}

function all(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined || value === "") return [];
  return typeof value === "string" ? [value] : value;
}

export function questionOf(search: Search): Question {
  const wanted = all(search.state).flatMap((value) => value.split(","));
  return {
    states: STATES.filter((state) => wanted.includes(state)),
    text: all(search.q)[0] ?? "",
    open: new Map(
      all(search.open).map((value) => {
        const [id = "", branch = ""] = value.split("~");
        return [id, branch];
      }),
    ),
    closed: new Set(all(search.closed)),
  };
}

/** The same as parts of an address; what is not wanted is not there. */
export function searchOf({ states, text, open, closed }: Question) {
  const list = (values: readonly string[]) => (values.length === 0 ? undefined : values);
  return {
    state: states.length === 0 ? undefined : states.join(","),
    q: text === "" ? undefined : text,
    open: list([...open].map(([id, branch]) => (branch === "" ? id : `${id}~${branch}`))),
    closed: list([...closed]),
  };
}

/** Whether only some rows are wanted: then they are found wherever they are. */
export function isSearching({ states, text }: Question): boolean {
  return states.length > 0 || text !== "";
}

export function queryOf(question: Question): QueryPairs {
  const { states, text, open, closed } = question;
  if (isSearching(question)) {
    const found = states.map((state) => ["state", state] as const);
    return [["unfold", EVERYTHING], ...found, ...(text === "" ? [] : [["q", text] as const])];
  }
  return [
    ["unfold", String(UNFOLD)],
    ...[...open].map(([id, branch]) => ["open", branch === "" ? id : `${id}~${branch}`] as const),
    ...[...closed].map((id) => ["closed", id] as const),
  ];
}

type Group = Pick<TreeRow, "id" | "children">;

export function opened(question: Question, { id, children }: Group, branch: Branch): Question {
  const open = new Map(question.open);
  const closed = new Set(question.closed);
  closed.delete(id);
  if (branch !== "" || children > UNFOLD) open.set(id, branch);
  else open.delete(id);
  return { ...question, open, closed };
}

export function shut(question: Question, { id, children }: Group): Question {
  const open = new Map(question.open);
  const closed = new Set(question.closed);
  open.delete(id);
  if (children <= UNFOLD) closed.add(id);
  return { ...question, open, closed };
}

/** `10-99` of what two fields say; `null` if that is no range. */
export function rangeOf(from: string, until: string): Branch | null {
  const [first, last] = [from, until].map((text) => (/^\d+$/.test(text.trim()) ? Number(text) : Number.NaN));
  if (first === undefined || last === undefined || !(first <= last)) return null;
  return `${first}-${last}`;
}
