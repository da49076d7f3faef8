/** The bar of a row: the stretches in which it waited and those in which somebody worked on it. Pure. */

export interface Span {
  readonly from: number;
  /** The present moment while it goes on. */
  readonly until: number;
  /** The name of a colour. */
  readonly family: string;
}

export interface Bar {
  readonly begin: number;
  /** The present moment for what is not over. */
  readonly end: number;
  readonly family: string;
  /** When somebody worked on it, each attempt for itself. */
  readonly spans: readonly Span[];
  /** How many of what is folded into it were open, in parts of equal length. */
  readonly activity: readonly number[] | undefined;
  readonly isCritical: boolean;
}

export interface Part extends Span {
  readonly kind: "waited" | "ran";
}

/** Its stretches in their order, without gaps. */
export function partsOf({ begin, end, family, spans }: Bar): readonly Part[] {
  const parts: Part[] = [];
  let at = begin;
  for (const span of spans) {
    const from = Math.max(span.from, at);
    const until = Math.min(Math.max(span.until, from), Math.max(end, from));
    if (from > at) parts.push({ kind: "waited", from: at, until: from, family });
    parts.push({ kind: "ran", from, until, family: span.family });
    at = until;
  }
  if (end > at || parts.length === 0) parts.push({ kind: "waited", from: at, until: end, family });
  return parts;
}

/** How long it waited and how long somebody worked on it. */
export function timesOf(bar: Bar): { readonly waited: number; readonly ran: number } {
  const times = { waited: 0, ran: 0 };
  for (const part of partsOf(bar)) times[part.kind] += part.until - part.from;
  return times;
}
