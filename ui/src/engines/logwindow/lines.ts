/** Which lines of a log are shown, and where they lie. Pure: no page, no time. */

/** Browsers give up on elements that are much higher. */
export const HEIGHT_MAX = 8_000_000;
export const ROW = 20;

export interface Scale {
  /** The height of the element that is scrolled. */
  readonly height: number;
  /** The height that all lines would have. */
  readonly whole: number;
}

export function scale(count: number): Scale {
  const whole = count * ROW;
  return { whole, height: Math.min(whole, HEIGHT_MAX) };
}

/** The place in the whole log, in pixels, for a place of the scroll bar. */
export function placeOf(scrollTop: number, viewHeight: number, { height, whole }: Scale): number {
  const room = height - viewHeight;
  if (room <= 0) return 0;
  return Math.max(0, Math.min(1, scrollTop / room)) * Math.max(0, whole - viewHeight);
}

/** The place of the scroll bar at which this line is on top. */
export function scrollTo(line: number, viewHeight: number, { height, whole }: Scale): number {
  const room = whole - viewHeight;
  if (room <= 0) return 0;
  return Math.min(1, (line * ROW) / room) * (height - viewHeight);
}

export interface Span {
  readonly first: number;
  /** Not shown any more. */
  readonly end: number;
}

export function visible(place: number, viewHeight: number, count: number, spare = 10): Span {
  const first = Math.max(0, Math.floor(place / ROW) - spare);
  const end = Math.min(count, Math.ceil((place + viewHeight) / ROW) + spare);
  return { first: Math.min(first, end), end };
}
