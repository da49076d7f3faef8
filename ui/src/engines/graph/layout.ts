/**
 * Where the parts of a graph stand: every group is a layered drawing of its own in which the groups inside of it are single
 * boxes. Flows are nested blocks, so this takes a time that grows with what is drawn and with nothing else. Pure.
 */

export interface Item {
  readonly id: string;
  /** The group it stands in; none at the outermost level. */
  readonly parent: string | undefined;
  readonly kind: "box" | "point" | "group";
  readonly name: string;
  readonly detail: string;
  /** The name of a colour, if it has a state. */
  readonly family: string | undefined;
  /** A word about it, such as how often it ran. */
  readonly note: string;
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly kind: "next" | "error";
  readonly label: string;
}

export interface Graph {
  readonly items: readonly Item[];
  readonly edges: readonly Edge[];
}

export interface Box {
  readonly item: Item;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly isFolded: boolean;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Line {
  readonly edge: Edge;
  readonly points: readonly Point[];
}

export interface Layout {
  /** Groups come before what stands in them. */
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
  readonly width: number;
  readonly height: number;
}

export const BOX = { width: 208, height: 44 } as const;
export const HEAD = 26;
const POINT = 10;
const PADDING = 14;
const GAP_X = 24;
const GAP_Y = 34;
/** Places kept free for lines that pass layers; beyond that they may cross boxes. */
const PASSES_MAX = 20_000;

/** A place in the drawing of one group, measured from its corner. */
interface Place {
  readonly x: number;
  readonly y: number;
}

interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly places: ReadonlyMap<string, Place>;
  readonly passes: ReadonlyMap<Edge, readonly Point[]>;
}

interface Inner {
  readonly edge: Edge;
  readonly from: string;
  readonly to: string;
}

export function layout(graph: Graph, folded: ReadonlySet<string>): Layout {
  const items = new Map(graph.items.map((item) => [item.id, item]));
  const parents = (id: string): readonly string[] => {
    const chain: string[] = [];
    for (let at = items.get(id)?.parent; at !== undefined && !chain.includes(at); at = items.get(at)?.parent) {
      chain.push(at);
    }
    return chain;
  };
  const shown = (id: string) => parents(id).findLast((group) => folded.has(group)) ?? id;
  const below = new Map<string, string[]>();
  for (const item of graph.items) {
    if (shown(item.id) === item.id) push(below, known(items, item.parent), item.id);
  }
  const inner = new Map<string, Inner[]>();
  const lines: { readonly edge: Edge; readonly from: string; readonly to: string; readonly group: string }[] = [];
  for (const edge of graph.edges) {
    if (!items.has(edge.from) || !items.has(edge.to)) continue;
    const [from, to] = [shown(edge.from), shown(edge.to)];
    if (from === to) continue;
    const [above, beyond] = [
      [from, ...parents(from)],
      [to, ...parents(to)],
    ];
    const group = above.find((one, index) => index > 0 && beyond.includes(one)) ?? "";
    const [start, end] = [above, beyond].map((chain) =>
      group === "" ? chain.at(-1) : chain[chain.indexOf(group) - 1],
    );
    if (start === undefined || end === undefined || start === end) continue;
    push(inner, group, { edge, from: start, to: end });
    lines.push({ edge, from, to, group });
  }

  const drawings = new Map<string, Drawing>();
  const size = (id: string): { readonly width: number; readonly height: number } => {
    const item = items.get(id);
    if (item?.kind === "point") return { width: POINT, height: POINT };
    if (item?.kind !== "group" || folded.has(id)) return BOX;
    const { width, height } = draw(id);
    return { width: Math.max(width + 2 * PADDING, BOX.width), height: height + HEAD + 2 * PADDING };
  };
  const draw = (group: string): Drawing => {
    const made = drawings.get(group) ?? layered(below.get(group) ?? [], inner.get(group) ?? [], size);
    drawings.set(group, made);
    return made;
  };

  const whole = draw("");
  const boxes = new Map<string, Box>();
  const corners = new Map<string, Point>();
  const put = (group: string, left: number, top: number) => {
    const drawing = draw(group);
    for (const id of below.get(group) ?? []) {
      const item = items.get(id);
      const place = drawing.places.get(id);
      if (!item || !place) continue;
      const box = { item, x: left + place.x, y: top + place.y, ...size(id), isFolded: folded.has(id) };
      boxes.set(id, box);
      if (item.kind === "group" && !box.isFolded) {
        put(id, box.x + (box.width - draw(id).width) / 2, box.y + HEAD + PADDING);
      }
    }
    corners.set(group, { x: left, y: top });
  };
  put("", 0, 0);
  return {
    boxes: [...boxes.values()],
    lines: lines.flatMap(({ edge, from, to, group }) => {
      const [start, end, corner] = [boxes.get(from), boxes.get(to), corners.get(group)];
      if (!start || !end || !corner) return [];
      const passes = draw(group).passes.get(edge) ?? [];
      const points = [
        { x: start.x + start.width / 2, y: start.y + start.height },
        ...passes.map(({ x, y }) => ({ x: corner.x + x, y: corner.y + y })),
        { x: end.x + end.width / 2, y: end.y },
      ];
      return [{ edge, points }];
    }),
    width: whole.width,
    height: whole.height,
  };
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

function known(items: ReadonlyMap<string, Item>, parent: string | undefined): string {
  return parent !== undefined && items.has(parent) ? parent : "";
}

/** The layer of each: one below the lowest of those before it. What stands in a circle comes where it is met first. */
export function layers(ids: readonly string[], edges: readonly Inner[]): ReadonlyMap<string, number> {
  const next = new Map<string, string[]>();
  const open = new Map<string, number>(ids.map((id) => [id, 0]));
  for (const { from, to } of edges) {
    push(next, from, to);
    open.set(to, (open.get(to) ?? 0) + 1);
  }
  const layer = new Map<string, number>();
  const ready = ids.filter((id) => open.get(id) === 0);
  for (const id of ready) layer.set(id, 0);
  const visit = (id: string) => {
    for (const to of next.get(id) ?? []) {
      if (done.has(to)) continue;
      layer.set(to, Math.max(layer.get(to) ?? 0, (layer.get(id) ?? 0) + 1));
      const left = (open.get(to) ?? 1) - 1;
      open.set(to, left);
      if (left === 0) ready.push(to);
    }
  };
  const done = new Set<string>();
  const rest = ids[Symbol.iterator]();
  while (done.size < ids.length) {
    let id = ready.shift();
    // Only circles are left: the first of them that was declared begins.
    for (let one = rest.next(); id === undefined && !one.done; one = rest.next()) {
      if (!done.has(one.value)) id = one.value;
    }
    if (id === undefined) break;
    if (done.has(id)) continue;
    done.add(id);
    if (!layer.has(id)) layer.set(id, 0);
    visit(id);
  }
  return layer;
}

interface Slot {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

function layered(
  ids: readonly string[],
  edges: readonly Inner[],
  size: (id: string) => { readonly width: number; readonly height: number },
): Drawing {
  const layer = layers(ids, edges);
  const rows: Slot[][] = [];
  const row = (index: number): Slot[] => {
    rows[index] ??= [];
    return rows[index];
  };
  for (const id of ids) row(layer.get(id) ?? 0).push({ id, ...size(id) });
  const before = new Map<string, string[]>();
  const chains = new Map<Edge, readonly string[]>();
  let passes = 0;
  for (const [index, { edge, from, to }] of edges.entries()) {
    const chain: string[] = [];
    let last = from;
    for (let at = (layer.get(from) ?? 0) + 1; at < (layer.get(to) ?? 0) && passes < PASSES_MAX; at += 1) {
      const id = `\u0000${index}:${at}`;
      row(at).push({ id, width: 1, height: 1 });
      push(before, id, last);
      chain.push(id);
      last = id;
      passes += 1;
    }
    push(before, to, last);
    chains.set(edge, chain);
  }
  const middles = new Map<string, Point>();
  const places = new Map<string, Place>();
  const width = Math.max(0, ...rows.map((slots) => widthOf(slots)));
  let y = 0;
  for (const slots of rows) {
    const wish = (slot: Slot, index: number) => {
      const known = (before.get(slot.id) ?? []).flatMap((id) => middles.get(id)?.x ?? []);
      const middle = known.reduce((sum, x) => sum + x, 0) / known.length;
      return { slot, index, wish: known.length > 0 ? middle : Number.POSITIVE_INFINITY };
    };
    // What nothing leads to stays where it was declared.
    const ordered = slots.map(wish).sort((a, b) => (a.wish === b.wish ? a.index - b.index : a.wish - b.wish));
    const height = Math.max(0, ...slots.map((slot) => slot.height));
    let x = (width - widthOf(slots)) / 2;
    for (const { slot } of ordered) {
      middles.set(slot.id, { x: x + slot.width / 2, y: y + height / 2 });
      places.set(slot.id, { x, y: y + (height - slot.height) / 2 });
      x += slot.width + GAP_X;
    }
    y += height + GAP_Y;
  }
  const through = new Map<Edge, readonly Point[]>();
  for (const [edge, chain] of chains)
    through.set(
      edge,
      chain.flatMap((id) => middles.get(id) ?? []),
    );
  return { width, height: Math.max(0, y - GAP_Y), places, passes: through };
}

function widthOf(slots: readonly Slot[]): number {
  return slots.reduce((sum, slot) => sum + slot.width + GAP_X, -GAP_X);
}
