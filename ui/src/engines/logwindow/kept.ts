/**
 * The lines of a log that are here: what is in sight is asked for, and what was not seen for long is let go. The server
 * alone says which line is where, so a line that came late makes no gap and no double. No page, no framework.
 */

/** Lines that are kept; a line takes some hundred bytes. */
const KEPT_MAX = 20_000;
/** Lines around those in sight that are asked for with them. */
const AROUND = 200;
/** The most that the server gives at once. */
export const WINDOW_MAX = 1_000;
/** By how many milliseconds lines may come late, behind others that were said after them. */
const LATE_MS = 10_000;

interface Said {
  readonly timestamp: string;
}

export interface Stretch<Line> {
  readonly from: number;
  readonly total: number;
  readonly rows: readonly Line[];
}

/** Below 0 counts from the end. */
export type Load<Line> = (from: number, count: number) => Promise<Stretch<Line>>;

interface Told {
  readonly onChange: () => void;
  readonly onError: (error: unknown) => void;
}

export class KeptLines<Line extends Said> {
  #total: number | null = null;
  readonly #kept = new Map<number, { readonly line: Line; readonly age: number }>();
  #age = 0;
  /** The moment of the last line that is known. */
  #newest = Number.NEGATIVE_INFINITY;
  #sight = { first: 0, end: 0 };
  #isAsking = false;
  #isClosed = false;

  constructor(
    private readonly load: Load<Line>,
    private readonly told: Told,
  ) {}

  /** How many lines there are; null before the first answer. */
  get total(): number | null {
    return this.#total;
  }

  line(index: number): Line | undefined {
    const found = this.#kept.get(index);
    if (!found) return undefined;
    // What was looked at last stands last, and goes last.
    this.#kept.delete(index);
    this.#kept.set(index, found);
    return found.line;
  }

  /** Reads the lines around one, or those at the end. */
  open(line: number | null): void {
    this.#isClosed = false;
    const from = line === null ? -2 * AROUND : Math.max(0, line - AROUND);
    void this.#ask(from, 2 * AROUND);
  }

  /** Says which lines are in sight. */
  see(first: number, end: number): void {
    this.#sight = { first, end };
    this.#fill();
  }

  /** There are more lines. Those that were said last may have moved: what came late lies before them. */
  news(): void {
    this.#age += 1;
    if (this.#isAsking) return;
    if (this.#total === null) void this.#ask(-2 * AROUND, 2 * AROUND);
    else if (!this.#fill()) void this.#ask(Math.max(0, this.#total - 1), AROUND);
  }

  close(): void {
    this.#isClosed = true;
  }

  /** Asks for what is in sight and not here, or old. Whether there was something to ask for. */
  #fill(): boolean {
    if (this.#isAsking || this.#total === null) return false;
    const end = Math.min(this.#sight.end, this.#total);
    let first = this.#sight.first;
    while (first < end && !this.#isWanted(first)) first += 1;
    if (first >= end) return false;
    const from = Math.max(0, first - AROUND);
    void this.#ask(from, Math.min(WINDOW_MAX, end - from + AROUND));
    return true;
  }

  #isWanted(index: number): boolean {
    const found = this.#kept.get(index);
    if (!found) return true;
    return found.age < this.#age && Date.parse(found.line.timestamp) >= this.#newest - LATE_MS;
  }

  async #ask(from: number, count: number): Promise<void> {
    if (this.#isAsking || this.#isClosed) return;
    this.#isAsking = true;
    const age = this.#age;
    try {
      const { rows, total, from: first } = await this.load(from, count);
      if (this.#isClosed) return;
      for (const [place, line] of rows.entries()) {
        this.#kept.delete(first + place);
        this.#kept.set(first + place, { line, age });
        this.#newest = Math.max(this.#newest, Date.parse(line.timestamp));
      }
      this.#total = total;
      this.#letGo();
      this.#isAsking = false;
      this.told.onChange();
      // While this was on its way, somebody may have scrolled on, or more may have been said.
      if (!this.#fill() && age < this.#age) void this.#ask(Math.max(0, total - 1), AROUND);
    } catch (error) {
      this.#isAsking = false;
      if (!this.#isClosed) this.told.onError(error);
    }
  }

  #letGo(): void {
    const total = this.#total ?? 0;
    for (const index of this.#kept.keys()) {
      if (this.#kept.size <= KEPT_MAX && index < total) break;
      if (this.#kept.size > KEPT_MAX || index >= total) this.#kept.delete(index);
    }
  }
}
