/**
 * A window on a log of any length. Only what is visible is in the page: a pool of rows is moved about while one scrolls.
 * It sticks to the end until somebody scrolls up. No framework; it touches nothing outside its root.
 */

import { placeOf, ROW, scale, scrollTo, visible } from "./lines";

export interface Line {
  readonly time: string;
  readonly level: string;
  readonly task: string;
  readonly text: string;
}

export interface Source {
  readonly count: number;
  /** `undefined` while the line is not here yet. */
  readonly line: (index: number) => Line | undefined;
}

interface Told {
  /** Lines that came while the end was out of sight; 0 at the end. */
  readonly onUnseen: (count: number) => void;
}

const EMPTY: Source = { count: 0, line: () => undefined };

export class LogWindow {
  readonly #scroller: HTMLElement;
  readonly #space: HTMLElement;
  readonly #pool: HTMLElement[] = [];
  #source: Source = EMPTY;
  #isAtEnd = true;
  #seen = 0;
  #frame = 0;
  #stop = new AbortController();
  #sizes: ResizeObserver;

  constructor(
    root: HTMLElement,
    private readonly told: Told,
  ) {
    this.#scroller = root;
    this.#space = document.createElement("div");
    this.#space.className = "log-space";
    root.replaceChildren(this.#space);
    root.addEventListener("scroll", () => this.#scrolled(), { passive: true, signal: this.#stop.signal });
    this.#sizes = new ResizeObserver(() => this.#refresh());
    this.#sizes.observe(root);
  }

  /** Shows this log from now on. One that only grew keeps its place. */
  show(source: Source): void {
    const isShorter = source.count < this.#source.count;
    this.#source = source;
    if (isShorter) this.#seen = source.count;
    this.#space.style.height = `${scale(source.count).height}px`;
    if (this.#isAtEnd) this.end();
    else this.told.onUnseen(source.count - this.#seen);
    this.#refresh();
  }

  end(): void {
    this.#isAtEnd = true;
    this.#seen = this.#source.count;
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.told.onUnseen(0);
    this.#refresh();
  }

  /** Brings a line into the middle of the view. */
  go(line: number): void {
    this.#isAtEnd = false;
    const { clientHeight } = this.#scroller;
    const top = Math.max(0, line - Math.floor(clientHeight / ROW / 2));
    this.#scroller.scrollTop = scrollTo(top, clientHeight, scale(this.#source.count));
    this.#refresh();
  }

  close(): void {
    this.#stop.abort();
    this.#sizes.disconnect();
    cancelAnimationFrame(this.#frame);
  }

  #scrolled(): void {
    const { scrollTop, clientHeight, scrollHeight } = this.#scroller;
    this.#isAtEnd = scrollTop + clientHeight >= scrollHeight - ROW;
    if (this.#isAtEnd) {
      this.#seen = this.#source.count;
      this.told.onUnseen(0);
    }
    this.#refresh();
  }

  #refresh(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    const { scrollTop, clientHeight } = this.#scroller;
    const size = scale(this.#source.count);
    const place = placeOf(scrollTop, clientHeight, size);
    const { first, end } = visible(place, clientHeight, this.#source.count);
    while (this.#pool.length < end - first) this.#pool.push(this.#row());
    // A line keeps its row while it is visible, so that scrolling writes only what is new.
    const rows = this.#pool.length;
    for (const [index, row] of this.#pool.entries()) {
      const line = first + ((((index - first) % rows) + rows) % rows);
      row.hidden = line >= end;
      if (line < end) this.#fill(row, line, scrollTop + line * ROW - place);
    }
  }

  #row(): HTMLElement {
    const row = document.createElement("div");
    row.className = "log-row";
    for (const part of ["log-number", "log-time", "log-level", "log-task", "log-text"]) {
      const cell = document.createElement("span");
      cell.className = part;
      row.append(cell);
    }
    this.#space.append(row);
    return row;
  }

  #fill(row: HTMLElement, index: number, top: number): void {
    row.style.transform = `translateY(${top}px)`;
    const line = this.#source.line(index);
    row.dataset.level = line?.level ?? "";
    const texts = [String(index + 1), line?.time ?? "", line?.level ?? "", line?.task ?? "", line?.text ?? "…"];
    for (const [place, text] of texts.entries()) {
      const cell = row.children[place];
      if (cell && cell.textContent !== text) cell.textContent = text;
    }
  }
}
