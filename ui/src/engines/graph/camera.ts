/** Which part of a drawing is seen, and how large. Pure. */

import type { Box, Layout, Point } from "./layout";

export interface Camera {
  /** The point of the drawing in the upper left corner. */
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const SCALE_MIN = 0.02;
const SCALE_MAX = 2;
/** Words can be read from here on. */
const READABLE = 0.8;
const MARGIN = 24;

/** The whole drawing, never larger than life. A long one is shown from its beginning if its words could not be read. */
export function framed(drawing: Size, view: Size, isWhole: boolean): Camera {
  const across = (view.width - 2 * MARGIN) / Math.max(drawing.width, 1);
  const down = (view.height - 2 * MARGIN) / Math.max(drawing.height, 1);
  const wanted = Math.min(1, across, down);
  const scale = Math.max(isWhole ? SCALE_MIN : READABLE, wanted);
  const height = view.height / scale;
  return {
    scale,
    x: (drawing.width - view.width / scale) / 2,
    y: drawing.height + (2 * MARGIN) / scale <= height ? (drawing.height - height) / 2 : -MARGIN / scale,
  };
}

/** Nearer or farther, with the point under the hand where it is. */
export function zoomed(camera: Camera, factor: number, hand: Point): Camera {
  const scale = Math.min(SCALE_MAX, Math.max(SCALE_MIN, camera.scale * factor));
  const still = { x: camera.x + hand.x / camera.scale, y: camera.y + hand.y / camera.scale };
  return { scale, x: still.x - hand.x / scale, y: still.y - hand.y / scale };
}

export function moved(camera: Camera, across: number, down: number): Camera {
  return { ...camera, x: camera.x - across / camera.scale, y: camera.y - down / camera.scale };
}

/** The camera with this box in the middle. */
export function centred(camera: Camera, box: Box, view: Size): Camera {
  return {
    ...camera,
    x: box.x + box.width / 2 - view.width / camera.scale / 2,
    y: box.y + Math.min(box.height / 2, 60) - view.height / camera.scale / 2,
  };
}

/** The camera that shows a box of the new drawing where it was seen in the one before; none if no box is in both. */
export function anchored(
  camera: Camera,
  before: Layout,
  after: Layout,
  wanted: string | undefined,
): Camera | undefined {
  const old = new Map(before.boxes.map((box) => [box.item.id, box]));
  const stayed = after.boxes.filter(({ item }) => item.kind === "box" && old.has(item.id));
  const box = stayed.find(({ item }) => item.id === wanted) ?? stayed[0];
  const was = box && old.get(box.item.id);
  return was && { ...camera, x: camera.x + box.x - was.x, y: camera.y + box.y - was.y };
}

/** What is under the hand: the innermost box, and whether it is the head of a group. */
export function hit({ boxes }: Layout, camera: Camera, hand: Point): Box | undefined {
  const x = camera.x + hand.x / camera.scale;
  const y = camera.y + hand.y / camera.scale;
  return boxes.findLast((box) => x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height);
}
