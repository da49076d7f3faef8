/** Task runs as rows of a timeline: parents before their children, each with the parts in which it waited and ran. Pure. */

export interface Run {
  readonly id: string;
  readonly parent: string | undefined;
  readonly task: string;
  readonly value: string | undefined;
  readonly state: string;
  readonly begin: number;
  /** The present moment for one that has not ended. */
  readonly end: number;
  /** When it began to run; before that it waited. */
  readonly ran: number | undefined;
}

export interface Row {
  readonly run: Run;
  readonly depth: number;
  readonly hasChildren: boolean;
  readonly isFolded: boolean;
}

/** All rows that are shown; children of folded rows are not. A run whose parent is unknown stands at the root. */
export function rows(runs: readonly Run[], folded: ReadonlySet<string>): readonly Row[] {
  const known = new Set(runs.map(({ id }) => id));
  const children = new Map<string, Run[]>();
  for (const run of runs) {
    const parent = run.parent !== undefined && known.has(run.parent) && run.parent !== run.id ? run.parent : "";
    const list = children.get(parent);
    if (list) list.push(run);
    else children.set(parent, [run]);
  }
  const shown: Row[] = [];
  const stack = (children.get("") ?? []).toReversed().map((run) => ({ run, depth: 0 }));
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { run, depth } = top;
    const below = children.get(run.id) ?? [];
    const isFolded = folded.has(run.id);
    shown.push({ run, depth, hasChildren: below.length > 0, isFolded });
    if (!isFolded) for (const child of below.toReversed()) stack.push({ run: child, depth: depth + 1 });
  }
  return shown;
}

export interface Extent {
  readonly begin: number;
  readonly end: number;
}

export function extent(runs: readonly Run[]): Extent {
  let begin = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  for (const run of runs) {
    begin = Math.min(begin, run.begin);
    end = Math.max(end, run.end);
  }
  return runs.length === 0 ? { begin: 0, end: 1 } : { begin, end: Math.max(end, begin + 1) };
}

export interface Bar {
  /** In percent of the whole. */
  readonly left: number;
  readonly width: number;
  readonly kind: "waited" | "ran";
}

export function bars(run: Run, { begin, end }: Extent): readonly Bar[] {
  const share = (moment: number) => ((moment - begin) / (end - begin)) * 100;
  const part = (kind: Bar["kind"], from: number, to: number): Bar => ({
    kind,
    left: share(from),
    width: share(to) - share(from),
  });
  if (run.ran === undefined) return [part("waited", run.begin, run.end)];
  const ran = part("ran", run.ran, run.end);
  return run.ran > run.begin ? [part("waited", run.begin, run.ran), ran] : [ran];
}

const STEPS_MS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5, 72e5, 216e5,
  432e5, 864e5,
];

/** Round marks of time since the beginning: not more than this many. */
export function marks({ begin, end }: Extent, most: number): readonly number[] {
  const length = end - begin;
  const step = STEPS_MS.find((candidate) => length / candidate <= most) ?? Math.ceil(length / most / 864e5) * 864e5;
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, index) => index * step);
}
