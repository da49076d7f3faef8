/** Bars on a canvas: hatched where something waited, solid where somebody worked on it. Only rows that are seen are drawn. */

import { type Stretch, share } from "./axis";
import { type Bar, type Part, partsOf } from "./bars";

/** The colours of the page, by the names of its tokens. */
export type Colours = (token: string) => string;

export interface Line {
  readonly bar: Bar;
  /** The middle of the row. */
  readonly y: number;
}

export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly view: Stretch;
  readonly lines: readonly Line[];
  /** Moments with a line from top to bottom. */
  readonly marks: readonly number[];
  readonly hasCritical: boolean;
}

const HEIGHT = 12;
const ACTIVITY_HEIGHT = 20;
/** Narrower bars would not be seen. */
const WIDTH_MIN = 2;
/** Below this width a hatch is only noise. */
const HATCH_MIN = 5;
const FAINT = 0.55;

export function draw(context: CanvasRenderingContext2D, scene: Scene, colours: Colours): void {
  const { width, height, view, lines, marks, hasCritical } = scene;
  context.clearRect(0, 0, width, height);
  context.fillStyle = colours("border");
  for (const mark of marks) context.fillRect(Math.round(share(view, mark) * width), 0, 1, height);
  for (const { bar, y } of lines) {
    const x = (moment: number) => share(view, moment) * width;
    if (x(bar.begin) > width || x(bar.end) < -WIDTH_MIN) continue;
    if (bar.activity) activity(context, bar, bar.activity, y, x, colours);
    else for (const part of partsOf(bar)) piece(context, part, y, x, colours);
    if (hasCritical && bar.isCritical) {
      const left = Math.max(0, x(bar.begin));
      context.fillStyle = colours("text");
      context.fillRect(left, y + ACTIVITY_HEIGHT / 2 + 1, Math.max(WIDTH_MIN, Math.min(width, x(bar.end)) - left), 2);
    }
  }
}

function piece(
  context: CanvasRenderingContext2D,
  part: Part,
  y: number,
  x: (moment: number) => number,
  colours: Colours,
): void {
  const left = x(part.from);
  const width = Math.max(part.kind === "ran" ? WIDTH_MIN : 0, x(part.until) - left);
  if (width <= 0) return;
  const top = y - HEIGHT / 2;
  context.fillStyle = colours(`state-${part.family}`);
  if (part.kind === "ran") context.fillRect(left, top, width, HEIGHT);
  else if (width < HATCH_MIN) faint(context, left, top, width);
  else hatch(context, left, top, width);
}

function faint(context: CanvasRenderingContext2D, left: number, top: number, width: number): void {
  context.globalAlpha = FAINT;
  context.fillRect(left, top, width, HEIGHT);
  context.globalAlpha = 1;
}

/** Slanted lines within a frame, in the colour of the fill. Only what is on the canvas is drawn. */
function hatch(context: CanvasRenderingContext2D, left: number, top: number, width: number): void {
  const from = Math.max(left, -HEIGHT);
  const until = Math.min(left + width, context.canvas.width);
  if (until <= from) return;
  context.save();
  context.beginPath();
  context.rect(from, top, until - from, HEIGHT);
  context.clip();
  context.strokeStyle = context.fillStyle;
  context.lineWidth = 1.5;
  context.beginPath();
  for (let at = Math.floor((from - HEIGHT) / 5) * 5; at < until; at += 5) {
    context.moveTo(at, top + HEIGHT);
    context.lineTo(at + HEIGHT, top);
  }
  context.stroke();
  context.strokeRect(from + 0.5, top + 0.5, until - from - 1, HEIGHT - 1);
  context.restore();
}

/** What is folded into a row: how many were open when. */
function activity(
  context: CanvasRenderingContext2D,
  { begin, end, family }: Bar,
  counts: readonly number[],
  y: number,
  x: (moment: number) => number,
  colours: Colours,
): void {
  const most = Math.max(1, ...counts);
  const bottom = y + ACTIVITY_HEIGHT / 2;
  const step = (end - begin) / counts.length;
  context.fillStyle = colours(`state-${family}`);
  for (const [index, count] of counts.entries()) {
    const left = x(begin + index * step);
    const height = count === 0 ? 1 : Math.max(3, (count / most) * ACTIVITY_HEIGHT);
    context.fillRect(left, bottom - height, Math.max(1, x(begin + (index + 1) * step) - left), height);
  }
}
