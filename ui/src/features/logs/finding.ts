/**
 * Looks for a text in a log. The server finds; this gathers the matches from the beginning on, some at a time, for the
 * marks at the scroll bar, and knows the next one from any line, whether it is gathered yet or not.
 */

import type { FindFrom, Findings } from "../../api/logs";
import type { Mark } from "../../engines/logwindow/message";

/** Matches that are gathered; beyond, each step asks the server. */
const GATHERED_MAX = 5_000;
const AT_ONCE = 500;

interface Told {
  readonly onChange: () => void;
  readonly onError: (error: unknown) => void;
}

export class Finding {
  /** Lines that match, the first first. All that there are before `#looked`. */
  #lines: number[] = [];
  readonly #marks = new Map<number, readonly Mark[]>();
  #looked = 0;
  #total = 0;
  #isLooking = false;
  #isClosed = false;

  constructor(
    private readonly find: (from: FindFrom) => Promise<Findings>,
    private readonly told: Told,
  ) {}

  get lines(): readonly number[] {
    return this.#lines;
  }

  /** Nothing is known beyond the matches that are gathered. */
  get isCut(): boolean {
    return this.#lines.length >= GATHERED_MAX && this.#looked < this.#total;
  }

  get isLooking(): boolean {
    return this.#isLooking;
  }

  marks(line: number): readonly Mark[] | undefined {
    return this.#marks.get(line);
  }

  /** The log has so many lines now. */
  grow(total: number): void {
    this.#isClosed = false;
    this.#total = Math.max(this.#total, total);
    void this.#gather();
  }

  close(): void {
    this.#isClosed = true;
  }

  /** The match that follows a line, or comes before it; over the ends it goes round. Null if there is none. */
  async next(from: number, isBackwards: boolean): Promise<number | null> {
    const near = isBackwards ? this.#lines.findLast((line) => line < from) : this.#lines.find((line) => line > from);
    const isKnown = isBackwards ? from <= this.#looked : near !== undefined;
    if (near !== undefined && isKnown) return near;
    if (this.#looked >= this.#total) return (isBackwards ? this.#lines.at(-1) : this.#lines[0]) ?? null;
    const far = await this.#ask(isBackwards ? from : from + 1, isBackwards);
    if (far !== null) return far;
    return isBackwards ? this.#ask(this.#total, true) : (this.#lines[0] ?? null);
  }

  /** One match, wherever it is: the server looks for some seconds at a time. */
  async #ask(from: number, isBackwards: boolean): Promise<number | null> {
    let begin: number | null = from;
    while (begin !== null && !this.#isClosed) {
      const { matches, next }: Findings = await this.find({ from: begin, count: 1, isBackwards });
      const [match] = matches;
      if (match) {
        this.#marks.set(match.line, match.at);
        return match.line;
      }
      begin = next;
    }
    return null;
  }

  async #gather(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      while (this.#looked < this.#total && this.#lines.length < GATHERED_MAX && !this.#isClosed) {
        const { matches, next, total } = await this.find({ from: this.#looked, count: AT_ONCE });
        if (this.#isClosed) return;
        for (const { line, at } of matches) this.#marks.set(line, at);
        this.#lines = [...this.#lines, ...matches.map(({ line }) => line)];
        this.#looked = next ?? total;
        this.#total = Math.max(this.#total, total);
        this.told.onChange();
        // A log that shrank has no more to look at.
        if (next === null && total < this.#total) break;
      }
    } catch (error) {
      if (!this.#isClosed) this.told.onError(error);
    } finally {
      this.#isLooking = false;
      if (!this.#isClosed) this.told.onChange();
    }
  }
}

/** Where marks lie beside a scroll bar, as stripes of a scale. Many lines of a long log share a stripe. */
export function stripesOf(lines: readonly number[], total: number, stripes: number): readonly number[] {
  return [...new Set(lines.map((line) => Math.min(stripes - 1, Math.floor((line / total) * stripes))))];
}
