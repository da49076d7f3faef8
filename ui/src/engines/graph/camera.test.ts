import { expect, it } from "vitest";
import { anchored, framed, hit, moved, zoomed } from "./camera";
import { layout } from "./layout";

const VIEW = { width: 800, height: 600 };

it("a small drawing stands in the middle at its own size", () => {
  expect(framed({ width: 200, height: 100 }, VIEW, true)).toEqual({ scale: 1, x: -300, y: -250 });
});

it("a tall drawing is shown from its beginning, or whole if that is wanted", () => {
  const tall = { width: 200, height: 20_000 };
  expect(framed(tall, VIEW, false).scale).toBe(0.8);
  expect(framed(tall, VIEW, false).y).toBeLessThan(0);
  expect(framed(tall, VIEW, true).scale).toBeLessThan(0.05);
});

it("zooming keeps what is under the hand", () => {
  const before = { x: 10, y: 20, scale: 1 };
  const hand = { x: 100, y: 50 };
  const after = zoomed(before, 1.5, hand);
  expect(after.x + hand.x / after.scale).toBeCloseTo(110);
  expect(after.y + hand.y / after.scale).toBeCloseTo(70);
  expect(zoomed(before, 1e9, hand).scale).toBe(2);
});

it("the innermost box is hit, through every camera", () => {
  const base = { detail: "", family: undefined, note: "" };
  const drawing = layout(
    {
      items: [
        { ...base, id: "g", name: "g", parent: undefined, kind: "group" },
        { ...base, id: "a", name: "a", parent: "g", kind: "box" },
      ],
      edges: [],
    },
    new Set(),
  );
  const box = drawing.boxes.find(({ item }) => item.id === "a");
  const camera = moved({ x: 0, y: 0, scale: 0.5 }, 30, 40);
  const hand = { x: ((box?.x ?? 0) + 5 - camera.x) * 0.5, y: ((box?.y ?? 0) + 5 - camera.y) * 0.5 };
  expect(hit(drawing, camera, hand)?.item.id).toBe("a");
  expect(hit(drawing, camera, { x: -500, y: -500 })).toBeUndefined();
});

it("of a drawing that changed, what stayed is seen where it was", () => {
  const base = { parent: undefined, kind: "box", detail: "", family: undefined, note: "" } as const;
  const drawn = (...ids: readonly string[]) =>
    layout({ items: ids.map((id) => ({ ...base, id, name: id })), edges: [] }, new Set());
  const camera = { x: 0, y: 0, scale: 1 };
  const [before, after] = [drawn("a", "b"), drawn("new", "a", "b")];
  const seen = (drawing: typeof before, at: typeof camera) => {
    const box = drawing.boxes.find(({ item }) => item.id === "b");
    return box && { x: box.x - at.x, y: box.y - at.y };
  };
  const moved = anchored(camera, before, after, "b");
  expect(moved).not.toEqual(camera);
  expect(moved && seen(after, moved)).toEqual(seen(before, camera));
  expect(anchored(camera, before, drawn("c"), "b")).toBeUndefined();
});
