/** Where the lines of a log lie. Pure: no page, no time. */

/** Browsers give up on elements that are much higher. */
export const HEIGHT_MAX = 8_000_000;
export const ROW = 20;

/** The heights of all lines: most have the same, and those that are unfolded their own. */
export interface Heights {
  readonly count: number;
  readonly row: number;
  /** Line to height, in the order of the lines. */
  readonly tall: readonly (readonly [number, number])[];
}

/** A place in a log: so many pixels below the upper edge of a line. */
export interface Place {
  readonly line: number;
  readonly offset: number;
}

/** The height that all lines would have. */
export function whole({ count, row, tall }: Heights): number {
  return tall.reduce((sum, [line, height]) => (line < count ? sum + height - row : sum), count * row);
}

/** The height of the element that is scrolled. */
export function scrolled(heights: Heights): number {
  return Math.min(whole(heights), HEIGHT_MAX);
}

export function pixelsOf({ row, tall }: Heights, { line, offset }: Place): number {
  const more = tall.reduce((sum, [other, height]) => (other < line ? sum + height - row : sum), 0);
  return line * row + more + offset;
}

export function placeAt({ count, row, tall }: Heights, pixels: number): Place {
  let more = 0;
  for (const [line, height] of tall) {
    const top = line * row + more;
    if (pixels < top) break;
    if (pixels < top + height) return { line, offset: pixels - top };
    more += height - row;
  }
  const line = Math.max(0, Math.min(count - 1, Math.floor((pixels - more) / row)));
  return { line, offset: Math.max(0, pixels - more - line * row) };
}

/** The place that a scroll bar means. */
export function placeOf(scrollTop: number, viewHeight: number, heights: Heights): Place {
  const room = scrolled(heights) - viewHeight;
  if (room <= 0) return { line: 0, offset: 0 };
  const share = Math.max(0, Math.min(1, scrollTop / room));
  return placeAt(heights, share * (whole(heights) - viewHeight));
}

/** Where the scroll bar has to stand for a place on top. */
export function scrollTo(place: Place, viewHeight: number, heights: Heights): number {
  const room = whole(heights) - viewHeight;
  if (room <= 0) return 0;
  return Math.min(1, pixelsOf(heights, place) / room) * (scrolled(heights) - viewHeight);
}

export interface Row {
  readonly line: number;
  readonly top: number;
}

/**
 * The rows that fill a view whose upper edge is at this place, and where that edge is when neither end of the log is
 * overshot. Only lines that are in sight are measured.
 */
export function rowsAt(
  from: Place,
  viewHeight: number,
  count: number,
  heightOf: (line: number) => number,
): { readonly place: Place; readonly rows: readonly Row[]; readonly isEnd: boolean } {
  if (count === 0) return { place: { line: 0, offset: 0 }, rows: [], isEnd: true };
  let place = settle(from, count, heightOf);
  let { rows, bottom } = laid(place, viewHeight, count, heightOf);
  if (bottom < viewHeight && (place.line > 0 || place.offset > 0)) {
    place = settle({ line: place.line, offset: place.offset - (viewHeight - bottom) }, count, heightOf);
    ({ rows, bottom } = laid(place, viewHeight, count, heightOf));
  }
  return { place, rows, isEnd: rows.at(-1)?.line === count - 1 && bottom <= viewHeight + 1 };
}

/** The same place, named by the line that it lies in. */
function settle(from: Place, count: number, heightOf: (line: number) => number): Place {
  let line = Math.min(from.line, count - 1);
  let offset = from.offset;
  while (offset < 0 && line > 0) {
    line -= 1;
    offset += heightOf(line);
  }
  while (line < count - 1 && offset >= heightOf(line)) {
    offset -= heightOf(line);
    line += 1;
  }
  return { line, offset: Math.max(0, offset) };
}

function laid({ line, offset }: Place, viewHeight: number, count: number, heightOf: (line: number) => number) {
  const rows: Row[] = [];
  let bottom = 0 - offset;
  for (let at = line; at < count && bottom < viewHeight; at += 1) {
    rows.push({ line: at, top: bottom });
    bottom += heightOf(at);
  }
  return { rows, bottom };
}
