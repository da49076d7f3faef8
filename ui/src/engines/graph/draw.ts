/** A drawing on a canvas: words when they can be read, boxes when not, dots from far away. Only what is seen is drawn. */

import type { Camera, Size } from "./camera";
import { type Box, HEAD, type Layout, type Line } from "./layout";

/** The colours of the page, by the names of its tokens. */
export type Colours = (token: string) => string;

/** Below these scales there are no words, and no lines. */
const WORDS = 0.45;
const LINES = 0.06;

const NAME = "12.5px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace";
const DETAIL = "12px system-ui, sans-serif";
const NAME_MAX = 24;
const DETAIL_MAX = 30;

export function draw(
  context: CanvasRenderingContext2D,
  { boxes, lines }: Layout,
  camera: Camera,
  view: Size,
  colours: Colours,
  selected: string | undefined,
): void {
  context.clearRect(0, 0, view.width, view.height);
  context.save();
  context.scale(camera.scale, camera.scale);
  context.translate(-camera.x, -camera.y);
  const right = camera.x + view.width / camera.scale;
  const bottom = camera.y + view.height / camera.scale;
  const isSeen = (x: number, y: number, width: number, height: number) =>
    x < right && x + width > camera.x && y < bottom && y + height > camera.y;
  const seen = boxes.filter((box) => isSeen(box.x, box.y, box.width, box.height));
  const groups = seen.filter((box) => box.item.kind === "group" && !box.isFolded);
  for (const box of groups) group(context, box, camera.scale, colours, box.item.id === selected);
  if (camera.scale >= LINES) {
    for (const line of lines) {
      const [start, end] = [line.points[0], line.points.at(-1)];
      if (!start || !end) continue;
      const left = Math.min(...line.points.map(({ x }) => x)) - 8;
      const width = Math.max(...line.points.map(({ x }) => x)) + 8 - left;
      if (isSeen(left, start.y, width, end.y - start.y)) curve(context, line, camera.scale, colours);
    }
  }
  for (const box of seen) {
    if (box.item.kind === "point") point(context, box, colours);
    else if (box.item.kind === "box" || box.isFolded) {
      card(context, box, camera.scale, colours, box.item.id === selected);
    }
  }
  context.restore();
}

function group(
  context: CanvasRenderingContext2D,
  box: Box,
  scale: number,
  colours: Colours,
  isSelected: boolean,
): void {
  context.fillStyle = colours("surface");
  context.strokeStyle = colours(
    isSelected ? "accent" : box.item.family ? `state-${box.item.family}` : "border-control",
  );
  context.lineWidth = isSelected ? 2 / Math.min(scale, 1) : 1;
  context.setLineDash([4, 3]);
  context.beginPath();
  context.roundRect(box.x, box.y, box.width, box.height, 6);
  context.fill();
  context.stroke();
  context.setLineDash([]);
  if (scale < WORDS) return;
  context.font = DETAIL;
  context.textBaseline = "middle";
  context.fillStyle = colours("text-muted");
  context.fillText(cut(`▾ ${box.item.name}`, DETAIL_MAX), box.x + 10, box.y + HEAD / 2 + 2);
}

function curve(context: CanvasRenderingContext2D, { edge, points }: Line, scale: number, colours: Colours): void {
  const isError = edge.kind === "error";
  context.strokeStyle = colours(isError ? "state-failed" : "border-control");
  context.lineWidth = 1.25;
  context.setLineDash(isError ? [5, 4] : []);
  context.beginPath();
  let last = points[0];
  if (!last) return;
  context.moveTo(last.x, last.y);
  for (const next of points.slice(1)) {
    const half = (last.y + next.y) / 2;
    context.bezierCurveTo(last.x, half, next.x, half, next.x, next.y);
    last = next;
  }
  context.stroke();
  context.setLineDash([]);
  if (scale < WORDS) return;
  context.fillStyle = context.strokeStyle;
  context.beginPath();
  context.moveTo(last.x, last.y);
  context.lineTo(last.x - 4, last.y - 7);
  context.lineTo(last.x + 4, last.y - 7);
  context.fill();
  if (edge.label === "") return;
  context.font = DETAIL;
  context.textBaseline = "middle";
  context.textAlign = "center";
  const words = cut(edge.label, 18);
  const width = context.measureText(words).width;
  context.fillStyle = colours("bg");
  context.fillRect(last.x - width / 2 - 3, last.y - 25, width + 6, 16);
  context.fillStyle = colours("text-muted");
  context.fillText(words, last.x, last.y - 17);
  context.textAlign = "start";
}

function point(context: CanvasRenderingContext2D, box: Box, colours: Colours): void {
  context.fillStyle = colours("border-control");
  context.beginPath();
  context.arc(box.x + box.width / 2, box.y + box.height / 2, box.width / 2 - 1, 0, 7);
  context.fill();
}

function card(context: CanvasRenderingContext2D, box: Box, scale: number, colours: Colours, isSelected: boolean): void {
  const { item, x, y, width, height } = box;
  const colour = item.family ? colours(`state-${item.family}`) : colours("border-control");
  if (scale < WORDS) {
    context.fillStyle = colour;
    context.fillRect(x, y, width, height);
    if (!isSelected) return;
  } else {
    context.fillStyle = colours("bg");
    context.beginPath();
    context.roundRect(x, y, width, height, 4);
    context.fill();
    context.fillStyle = colour;
    context.beginPath();
    context.roundRect(x, y, 5, height, [4, 0, 0, 4]);
    context.fill();
    words(context, box, colours);
  }
  context.strokeStyle = isSelected ? colours("accent") : colours("border-control");
  context.lineWidth = isSelected ? 2 / Math.min(scale, 1) : 1;
  context.beginPath();
  context.roundRect(x, y, width, height, 4);
  context.stroke();
}

function words(context: CanvasRenderingContext2D, { item, x, y, width, isFolded }: Box, colours: Colours): void {
  context.textBaseline = "middle";
  context.font = NAME;
  context.fillStyle = colours("text");
  context.fillText(cut(isFolded ? `▸ ${item.name}` : item.name, NAME_MAX), x + 14, y + 15);
  context.font = DETAIL;
  context.fillStyle = colours("text-muted");
  const note = item.note === "" ? 0 : context.measureText(item.note).width;
  if (item.note !== "") context.fillText(item.note, x + width - note - 10, y + 31);
  const room = Math.max(4, Math.floor((width - note - 40) / 6.4));
  context.fillText(cut(item.detail, Math.min(DETAIL_MAX, room)), x + 14, y + 31);
}

/** A long name without its middle. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const front = Math.ceil((most - 1) / 2);
  return `${text.slice(0, front)}…${text.slice(text.length - (most - 1 - front))}`;
}
