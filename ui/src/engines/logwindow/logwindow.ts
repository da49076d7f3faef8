/**
 * A window on a log of any length. Only what is visible is in the page, in the order in which it is read. It sticks to
 * the end until somebody scrolls up. No framework; it touches nothing outside its root.
 */

import { type Heights, type Place, placeOf, ROW, rowsAt, scrolled, scrollTo } from "./lines";
import { type Line, Row, type Words } from "./row";

export interface Source {
  readonly count: number;
  /** `undefined` while the line is not here yet. */
  readonly line: (index: number) => Line | undefined;
}

interface Told {
  /** Lines that came while the end was out of sight; 0 at the end. */
  readonly onUnseen: (count: number) => void;
  /** Which lines are in sight. */
  readonly onSight: (first: number, end: number) => void;
  readonly onChoose: (line: number) => void;
}

/** After so long without scrolling, the scroll bar is put where it belongs. */
const STILL_MS = 200;

export class LogWindow {
  readonly #space = document.createElement("div");
  readonly #rows = new Map<number, Row>();
  #free: Row[] = [];
  #source: Source = { count: 0, line: () => undefined };
  #open = new Map<number, number>();
  #isWrapped = false;
  /** The height of a row where lines are wrapped, as seen so far. */
  #rowHeight = ROW;
  #widest = 0;
  #top: Place = { line: 0, offset: 0 };
  #isAtEnd = true;
  #seen = 0;
  #current: number | null = null;
  #scrollTop = 0;
  #frame = 0;
  #still = 0;
  #stop = new AbortController();
  #sizes: ResizeObserver;

  constructor(
    private readonly root: HTMLElement,
    private readonly words: Words,
    private readonly told: Told,
  ) {
    this.#space.className = "log-space";
    root.replaceChildren(this.#space);
    const { signal } = this.#stop;
    root.addEventListener("scroll", () => this.#scrolled(), { passive: true, signal });
    root.addEventListener("click", (event) => this.#clicked(event), { signal });
    this.#sizes = new ResizeObserver(() => {
      this.#rowHeight = ROW;
      this.refresh();
    });
    this.#sizes.observe(root);
  }

  /** Shows this log from now on. One that only grew keeps its place. */
  show(source: Source): void {
    if (source.count < this.#source.count) this.#seen = source.count;
    this.#source = source;
    if (this.#isAtEnd) this.#seen = source.count;
    this.told.onUnseen(source.count - this.#seen);
    this.refresh();
  }

  wrap(isWrapped: boolean): void {
    if (isWrapped === this.#isWrapped) return;
    this.#isWrapped = isWrapped;
    this.#rowHeight = ROW;
    this.root.toggleAttribute("data-wrapped", isWrapped);
    this.refresh();
  }

  end(): void {
    this.#isAtEnd = true;
    this.#seen = this.#source.count;
    this.told.onUnseen(0);
    this.refresh();
  }

  /** Brings a line into the middle of the view, unless it is in sight. */
  go(line: number): void {
    this.#isAtEnd = false;
    this.#current = line;
    const row = this.#rows.get(line)?.element.getBoundingClientRect();
    const view = this.root.getBoundingClientRect();
    const isInSight = row && row.top >= view.top && row.bottom <= view.top + this.root.clientHeight;
    if (!isInSight) this.#top = { line, offset: -(this.root.clientHeight - ROW) / 2 };
    this.refresh();
  }

  /** Marks a line as the one that is meant, wherever it is. */
  choose(line: number | null): void {
    this.#current = line;
    this.refresh();
  }

  /** By so many views; less than one for what should stay in sight. */
  page(views: number): void {
    this.#isAtEnd = false;
    this.#top = { line: this.#top.line, offset: this.#top.offset + views * this.root.clientHeight };
    this.refresh();
  }

  /** The line in the middle of the view. */
  get middle(): number {
    return Math.min(this.#source.count - 1, this.#top.line + Math.floor(this.root.clientHeight / ROW / 2));
  }

  toggle(line: number): void {
    if (!this.#open.delete(line)) this.#open.set(line, ROW);
    this.#isAtEnd = false;
    this.refresh();
  }

  unfold(line: number): void {
    if (!this.#open.has(line)) this.toggle(line);
  }

  close(): void {
    this.#stop.abort();
    this.#sizes.disconnect();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#still);
  }

  refresh(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #heights(): Heights {
    const tall = [...this.#open].sort(([a], [b]) => a - b);
    return { count: this.#source.count, row: this.#rowHeight, tall };
  }

  #scrolled(): void {
    const { scrollTop, clientHeight, scrollHeight } = this.root;
    const by = scrollTop - this.#scrollTop;
    if (Math.abs(by) < 1) return;
    this.#scrollTop = scrollTop;
    this.#isAtEnd = scrollTop + clientHeight >= scrollHeight - 1;
    // A wheel and a finger move the text by as many pixels; only a scroll bar goes elsewhere.
    if (Math.abs(by) < clientHeight && scrollTop > 0) {
      this.#top = { line: this.#top.line, offset: this.#top.offset + by };
    } else this.#top = placeOf(scrollTop, clientHeight, this.#heights());
    if (this.#isAtEnd) {
      this.#seen = this.#source.count;
      this.told.onUnseen(0);
    }
    clearTimeout(this.#still);
    this.#still = window.setTimeout(() => {
      this.#still = 0;
      this.refresh();
    }, STILL_MS);
    this.refresh();
  }

  #clicked(event: MouseEvent): void {
    const target = event.target as Element;
    const line = Number(target.closest<HTMLElement>(".log-row")?.dataset.line ?? Number.NaN);
    if (Number.isNaN(line) || target.closest("a")) return;
    if (target.closest(".log-fold")) this.toggle(line);
    // Whoever marks text with the mouse does not mean the line.
    else if (getSelection()?.isCollapsed !== false) this.told.onChoose(line);
  }

  #draw(): void {
    const { clientHeight } = this.root;
    const { count } = this.#source;
    const from = this.#isAtEnd ? { line: Math.max(0, count - 1), offset: 0 } : this.#top;
    const { place, rows, isEnd } = rowsAt(from, clientHeight, count, (line) => this.#heightOf(line));
    this.#top = place;
    if (isEnd && !this.#isAtEnd) this.#reachEnd();
    this.#measure(rows.map(({ line }) => line));
    this.#adjust(isEnd);
    const first = rows[0]?.line ?? 0;
    const end = (rows.at(-1)?.line ?? -1) + 1;
    this.#keep(first, end);
    for (const { line, top } of rows) this.#rowOf(line).move(this.#scrollTop + top);
    this.told.onSight(first, end);
  }

  /** All lines are in sight: what comes next is followed, unless the reader has chosen one to look at. */
  #reachEnd(): void {
    this.#seen = this.#source.count;
    this.told.onUnseen(0);
    if (this.#current === null && this.#open.size === 0) this.#isAtEnd = true;
  }

  #heightOf(line: number): number {
    const isOpen = this.#open.has(line);
    if (!isOpen && !this.#isWrapped) return ROW;
    const height = this.#rowOf(line).element.offsetHeight || ROW;
    if (isOpen) this.#open.set(line, height);
    return height;
  }

  /** How high rows are on average, and how wide the widest is. Both only grow, so that nothing jumps. */
  #measure(lines: readonly number[]): void {
    for (const line of lines) this.#rowOf(line);
    if (this.#isWrapped) {
      const folded = lines.filter((line) => !this.#open.has(line));
      const sum = folded.reduce((all, line) => all + this.#heightOf(line), 0);
      if (folded.length > 0) this.#rowHeight = Math.max(this.#rowHeight, sum / folded.length);
      return;
    }
    const widths = lines.map((line) => this.#rowOf(line).width);
    this.#widest = Math.max(this.#widest, ...widths);
  }

  /** Gives the scroll bar its length, and its place unless it is being moved. */
  #adjust(isEnd: boolean): void {
    const heights = this.#heights();
    const { clientHeight } = this.root;
    this.#space.style.height = `${scrolled(heights)}px`;
    this.#space.style.minWidth = this.#isWrapped ? "" : `${this.#widest}px`;
    if (this.#still !== 0 && !this.#isAtEnd) return;
    const wanted = isEnd ? Math.max(0, scrolled(heights) - clientHeight) : scrollTo(this.#top, clientHeight, heights);
    if (Math.abs(wanted - this.root.scrollTop) >= 1) this.root.scrollTop = wanted;
    this.#scrollTop = this.root.scrollTop;
  }

  #rowOf(line: number): Row {
    let row = this.#rows.get(line);
    if (!row) {
      row = this.#free.pop() ?? new Row(this.words);
      this.#rows.set(line, row);
      this.#space.append(row.element);
    }
    row.fill(line, this.#source.line(line), this.#open.has(line), this.#current === line);
    return row;
  }

  /** Takes away what is out of sight, and puts the rest in the order in which it is read. */
  #keep(first: number, end: number): void {
    for (const [line, row] of this.#rows) {
      if (line >= first && line < end) continue;
      this.#rows.delete(line);
      row.element.remove();
      this.#free.push(row);
    }
    let next = this.#space.firstElementChild;
    for (let line = first; line < end; line += 1) {
      const { element } = this.#rowOf(line);
      if (element === next) next = next.nextElementSibling;
      else this.#space.insertBefore(element, next);
    }
  }
}
