/** What a chart of stacked bars is made of: bins in time, what stands in each, and the scale beside them. */

export interface Count {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly series: string;
  readonly value: number;
}

export interface Part {
  readonly series: string;
  readonly value: number;
  /** Where it begins: the sum of those below it. */
  readonly base: number;
}

export interface Bar {
  readonly from: number;
  readonly until: number;
  readonly total: number;
  readonly parts: readonly Part[];
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** More bars than this cannot be told apart. */
const BARS_MAX = 300;

/** How wide a bin is. Counts come by minute up to two hours, by hour up to two days, by day or longer beyond. */
export function stepOf(span: number, counts: readonly Count[]): number {
  const gaps = [...new Set(counts.map(({ at }) => at))].sort((one, other) => one - other);
  const least = gaps.slice(1).reduce((known, at, index) => Math.min(known, at - (gaps[index] ?? at)), Infinity);
  const usual = span <= 2 * HOUR ? MINUTE : span <= 2 * DAY ? HOUR : DAY;
  return Math.max(Math.min(usual, least), span / BARS_MAX);
}

/** Bars for a whole span, those without counts too. In each, series stand in the order given, the first at the bottom. */
export function bars(
  counts: readonly Count[],
  order: readonly string[],
  span: { readonly from: number; readonly until: number },
): readonly Bar[] {
  const step = stepOf(span.until - span.from, counts);
  // Bins begin where those of the server do.
  const anchor = counts[0]?.at ?? span.from;
  const first = anchor - Math.ceil((anchor - span.from) / step) * step;
  const found: Bar[] = [];
  for (let from = first; from < span.until; from += step) {
    const until = from + step;
    const here = counts.filter(({ at }) => at >= from && at < until);
    const parts: Part[] = [];
    let base = 0;
    for (const series of order) {
      const value = here.filter((one) => one.series === series).reduce((sum, one) => sum + one.value, 0);
      if (value > 0) parts.push({ series, value, base });
      base += value;
    }
    found.push({ from, until, total: base, parts });
  }
  return found;
}

/** Round numbers from zero to at least the greatest value, few enough to be read. */
export function ticks(greatest: number, wanted = 4): readonly number[] {
  if (greatest <= 0) return [0, 1];
  const rough = greatest / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? power);
  return Array.from({ length: Math.ceil(greatest / step) + 1 }, (_, index) => index * step);
}

/** Which bars get a label: evenly spread, from the first on. */
export function labelled(count: number, wanted: number): readonly number[] {
  if (count === 0) return [];
  const step = Math.max(1, Math.ceil(count / wanted));
  return Array.from({ length: Math.ceil(count / step) }, (_, index) => index * step);
}

/** The moments between two bars that somebody dragged over, in whichever direction. */
export function brushed(
  all: readonly Bar[],
  one: number,
  other: number,
): { readonly from: number; readonly until: number } | null {
  const first = all[Math.min(one, other)];
  const last = all[Math.max(one, other)];
  return first && last ? { from: first.from, until: last.until } : null;
}
