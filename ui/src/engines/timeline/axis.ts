/** Which stretch of time is seen, and the round moments on it. Pure. */

export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Nobody needs to see less than this at once. */
const LEAST_MS = 2;

/** From the first moment to the last, never empty. */
export function whole(begin: number, end: number): Stretch {
  return { from: begin, to: Math.max(end, begin + 1) };
}

/** What is seen stays within what there is. */
function within({ from, to }: Stretch, all: Stretch): Stretch {
  const length = Math.min(Math.max(to - from, LEAST_MS), all.to - all.from);
  const start = Math.min(Math.max(from, all.from), all.to - length);
  return { from: start, to: start + length };
}

/** Nearer (above 1) or farther, with one moment where it is. */
export function zoomed(view: Stretch, factor: number, still: number, all: Stretch): Stretch {
  return within({ from: still - (still - view.from) / factor, to: still + (view.to - still) / factor }, all);
}

export function moved(view: Stretch, by: number, all: Stretch): Stretch {
  const length = view.to - view.from;
  const from = Math.min(Math.max(view.from + by, all.from), Math.max(all.from, all.to - length));
  return within({ from, to: from + length }, all);
}

const STEPS_MS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5, 72e5, 216e5,
  432e5, 864e5,
];

export interface Marks {
  readonly step: number;
  readonly moments: readonly number[];
}

/** Round moments that are seen, counted from the origin: not more than this many, and one. */
export function marks({ from, to }: Stretch, origin: number, most: number): Marks {
  const length = to - from;
  const step = STEPS_MS.find((candidate) => length / candidate <= most) ?? Math.ceil(length / most / 864e5) * 864e5;
  const first = Math.ceil((from - origin) / step);
  const last = Math.floor((to - origin) / step);
  const moments = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => origin + (first + index) * step);
  return { step, moments };
}

/** Where a moment is, in parts of what is seen. */
export function share({ from, to }: Stretch, moment: number): number {
  return (moment - from) / (to - from);
}
