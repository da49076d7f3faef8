import { expect, it } from "vitest";
import { type Edge, type Graph, type Item, layout } from "./layout";

const item = (id: string, parent?: string, kind: Item["kind"] = "box"): Item => ({
  id,
  parent,
  kind,
  name: id,
  detail: "",
  family: undefined,
  note: "",
});

const edge = (from: string, to: string): Edge => ({ from, to, kind: "next", label: "" });

const NOTHING: ReadonlySet<string> = new Set();

function at(graph: Graph, folded = NOTHING) {
  const { boxes } = layout(graph, folded);
  return Object.fromEntries(boxes.map((box) => [box.item.id, box]));
}

function overlaps(graph: Graph, folded = NOTHING): readonly string[] {
  const { boxes } = layout(graph, folded);
  const parent = new Map(graph.items.map((one) => [one.id, one.parent]));
  const isInside = (id: string, group: string): boolean => {
    const up = parent.get(id);
    return up !== undefined && (up === group || isInside(up, group));
  };
  return boxes.flatMap((a, index) =>
    boxes.slice(index + 1).flatMap((b) => {
      const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
      const isNested = isInside(a.item.id, b.item.id) || isInside(b.item.id, a.item.id);
      return apart || isNested ? [] : [`${a.item.id} and ${b.item.id}`];
    }),
  );
}

it("what follows stands below, and what is side by side stands in one row", () => {
  const { a, b, c, d } = at({
    items: [item("a"), item("b"), item("c"), item("d")],
    edges: [edge("a", "b"), edge("a", "c"), edge("b", "d"), edge("c", "d")],
  });
  expect(a?.y).toBeLessThan(b?.y ?? 0);
  expect(b?.y).toBe(c?.y);
  expect(b?.x).toBeLessThan(c?.x ?? 0);
  expect(d?.y).toBeGreaterThan(c?.y ?? 0);
  expect(a?.x).toBe(d?.x);
});

it("a group is around what stands in it, and folded it is one box", () => {
  const graph = {
    items: [item("a"), item("g", undefined, "group"), item("b", "g"), item("c", "g"), item("d")],
    edges: [edge("a", "b"), edge("b", "c"), edge("c", "d")],
  };
  const { g, b, c, d } = at(graph);
  for (const inner of [b, c]) {
    expect(inner?.x).toBeGreaterThan(g?.x ?? 0);
    expect((inner?.y ?? 0) + (inner?.height ?? 0)).toBeLessThan((g?.y ?? 0) + (g?.height ?? 0));
  }
  expect(d?.y).toBeGreaterThan((g?.y ?? 0) + (g?.height ?? 0));
  const folded = layout(graph, new Set(["g"]));
  expect(folded.boxes.map((box) => box.item.id)).toEqual(["a", "g", "d"]);
  expect(folded.lines.map(({ points }) => points.length)).toEqual([2, 2]);
});

it("a line that passes a layer has a place of its own in it", () => {
  const graph = { items: [item("a"), item("b"), item("c")], edges: [edge("a", "b"), edge("b", "c"), edge("a", "c")] };
  const { lines } = layout(graph, NOTHING);
  const past = lines[2]?.points ?? [];
  expect(past).toHaveLength(3);
  const { b } = at(graph);
  const x = past[1]?.x ?? 0;
  expect(x < (b?.x ?? 0) || x > (b?.x ?? 0) + (b?.width ?? 0)).toBe(true);
});

it("circles, unknown ends and groups that contain themselves are drawn all the same", () => {
  const { boxes } = layout(
    { items: [item("a"), item("b"), item("c", "c", "group")], edges: [edge("a", "b"), edge("b", "a"), edge("a", "x")] },
    NOTHING,
  );
  expect(boxes.length).toBeGreaterThanOrEqual(2);
});

it("nothing lies on anything else, and the same graph is always drawn alike", () => {
  let seed = 7;
  const dice = (sides: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % sides;
  };
  for (let round = 0; round < 50; round += 1) {
    const groups = Array.from({ length: 4 }, (_, index) =>
      item(`g${index}`, index > 1 ? `g${dice(2)}` : undefined, "group"),
    );
    const boxes = Array.from({ length: 30 }, (_, index) => item(`t${index}`, dice(3) > 0 ? `g${dice(4)}` : undefined));
    const edges = Array.from({ length: 40 }, () => [dice(30), dice(30)].sort((a, b) => a - b)).flatMap(([a, b]) =>
      a === b ? [] : [edge(`t${a}`, `t${b}`)],
    );
    const graph = { items: [...groups, ...boxes], edges };
    expect(overlaps(graph)).toEqual([]);
    expect(layout(graph, NOTHING)).toEqual(layout(graph, NOTHING));
  }
});

it("five thousand boxes in groups are placed without anything being left out", () => {
  const groups = Array.from({ length: 50 }, (_, index) => item(`g${index}`, undefined, "group"));
  const boxes = Array.from({ length: 5_000 }, (_, index) => item(`t${index}`, `g${index % 50}`));
  const edges = Array.from({ length: 4_950 }, (_, index) => edge(`t${index}`, `t${index + 50}`));
  expect(layout({ items: [...groups, ...boxes], edges }, NOTHING).boxes).toHaveLength(5_050);
});
