/**
 * The bars beside rows that somebody else lays out: a canvas that follows their scrolling, and hands that move and zoom the
 * time. No framework; it touches nothing outside its root but listens to what scrolls.
 */

import { marks, moved, type Stretch, zoomed } from "./axis";
import type { Bar } from "./bars";
import { draw, type Line } from "./draw";

/** How far a hand may go for a click to stay one. */
const STILL = 4;

/** What is drawn. A bar that is not known yet is left out. */
export interface Rows {
  readonly count: number;
  readonly height: number;
  readonly bar: (index: number) => Bar | undefined;
  readonly all: Stretch;
  /** Where the count of round moments begins. */
  readonly origin: number;
  readonly marksMax: number;
  readonly hasCritical: boolean;
}

interface Told {
  /** `null` when all of it is seen. */
  readonly onLook: (view: Stretch | null) => void;
}

const NOTHING: Rows = {
  count: 0,
  height: 1,
  bar: () => undefined,
  all: { from: 0, to: 1 },
  origin: 0,
  marksMax: 1,
  hasCritical: false,
};

export class TimelineView {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D | null;
  readonly #hands = new Map<number, number>();
  readonly #stop = new AbortController();
  readonly #sizes: ResizeObserver;
  readonly #themes: MutationObserver;
  #rows: Rows = NOTHING;
  /** `null` while all of it is seen, also when it grows. */
  #view: Stretch | null = null;
  #travelled = 0;
  #frame = 0;

  constructor(
    private readonly root: HTMLElement,
    private readonly scroller: HTMLElement,
    private readonly told: Told,
  ) {
    this.#canvas = document.createElement("canvas");
    this.#canvas.className = "timeline-canvas";
    this.#canvas.setAttribute("aria-hidden", "true");
    this.#context = this.#canvas.getContext("2d");
    root.replaceChildren(this.#canvas);
    this.#sizes = new ResizeObserver(() => this.#refresh());
    this.#sizes.observe(root);
    this.#themes = new MutationObserver(() => this.#refresh());
    this.#themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    this.#listen();
  }

  show(rows: Rows): void {
    this.#rows = rows;
    this.#refresh();
  }

  /** All of it. */
  fit(): void {
    this.#look(null);
  }

  zoom(factor: number): void {
    const { from, to } = this.#seen();
    this.#look(zoomed({ from, to }, factor, (from + to) / 2, this.#rows.all));
  }

  /** By a part of what is seen. */
  move(part: number): void {
    const view = this.#seen();
    this.#look(moved(view, part * (view.to - view.from), this.#rows.all));
  }

  close(): void {
    this.#stop.abort();
    this.#sizes.disconnect();
    this.#themes.disconnect();
    cancelAnimationFrame(this.#frame);
    this.root.replaceChildren();
  }

  #seen(): Stretch {
    return this.#view ?? this.#rows.all;
  }

  #look(view: Stretch | null): void {
    const { from, to } = this.#rows.all;
    const isWhole = view !== null && view.from <= from && view.to >= to;
    this.#view = isWhole ? null : view;
    this.told.onLook(this.#view);
    this.#refresh();
  }

  #refresh(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    if (!this.#context) return;
    const { clientWidth: width, clientHeight: height } = this.root;
    const dense = window.devicePixelRatio || 1;
    const [across, down] = [Math.round(width * dense), Math.round(height * dense)];
    if (this.#canvas.width !== across || this.#canvas.height !== down) {
      this.#canvas.width = across;
      this.#canvas.height = down;
    }
    this.#context.setTransform(dense, 0, 0, dense, 0, 0);
    const style = getComputedStyle(document.documentElement);
    const colours = (token: string) => style.getPropertyValue(`--${token}`);
    const { origin, marksMax, hasCritical } = this.#rows;
    const view = this.#seen();
    const scene = { width, height, view, hasCritical, lines: this.#lines(height) };
    draw(this.#context, { ...scene, marks: marks(view, origin, marksMax).moments }, colours);
  }

  #lines(height: number): readonly Line[] {
    const { count, height: each, bar } = this.#rows;
    const top = this.scroller.scrollTop;
    const lines: Line[] = [];
    for (let index = Math.floor(top / each); index < count && index * each < top + height; index += 1) {
      const found = bar(index);
      if (found) lines.push({ bar: found, y: index * each - top + each / 2 });
    }
    return lines;
  }

  #listen(): void {
    const options = { signal: this.#stop.signal };
    const { scroller } = this;
    scroller.addEventListener("scroll", () => this.#refresh(), { ...options, passive: true });
    scroller.addEventListener("pointerdown", (event) => this.#down(event), options);
    scroller.addEventListener("pointermove", (event) => this.#move(event), options);
    for (const name of ["pointerup", "pointercancel"] as const) {
      scroller.addEventListener(name, (event) => this.#hands.delete(event.pointerId), options);
    }
    // A hand that moved the time does not choose the row it ends on.
    const swallow = (event: Event) => {
      if (this.#travelled > STILL) event.stopPropagation();
      this.#travelled = 0;
    };
    scroller.addEventListener("click", swallow, { ...options, capture: true });
    scroller.addEventListener("wheel", (event) => this.#wheel(event), { ...options, passive: false });
  }

  /** The moment at a place of the page. */
  #moment(x: number): number {
    const { left, width } = this.root.getBoundingClientRect();
    const { from, to } = this.#seen();
    return from + ((x - left) / Math.max(1, width)) * (to - from);
  }

  #isTime(event: Event): boolean {
    return event.target instanceof Element && event.target.closest("[data-time]") !== null;
  }

  #down(event: PointerEvent): void {
    this.#travelled = 0;
    if (this.#isTime(event) && event.button === 0) this.#hands.set(event.pointerId, event.clientX);
  }

  #move(event: PointerEvent): void {
    const before = this.#hands.get(event.pointerId);
    if (before === undefined) return;
    // It was let go outside.
    if (event.buttons === 0) {
      this.#hands.delete(event.pointerId);
      return;
    }
    const now = event.clientX;
    this.#travelled += Math.abs(now - before);
    this.#hands.set(event.pointerId, now);
    const other = [...this.#hands].find(([id]) => id !== event.pointerId)?.[1];
    if (other !== undefined) {
      const apart = (x: number) => Math.max(1, Math.abs(x - other));
      this.#look(zoomed(this.#seen(), apart(now) / apart(before), this.#moment((now + other) / 2), this.#rows.all));
    } else if (this.#travelled > STILL) {
      this.#look(moved(this.#seen(), this.#moment(before) - this.#moment(now), this.#rows.all));
    }
  }

  #wheel(event: WheelEvent): void {
    if (!this.#isTime(event)) return;
    const across = event.shiftKey ? event.deltaY : event.deltaX;
    if (event.ctrlKey || event.metaKey) {
      const factor = Math.exp(-event.deltaY / 200);
      this.#look(zoomed(this.#seen(), factor, this.#moment(event.clientX), this.#rows.all));
    } else if (Math.abs(across) > Math.abs(event.shiftKey ? event.deltaX : event.deltaY)) {
      this.move(across / Math.max(1, this.root.clientWidth));
    } else return;
    event.preventDefault();
  }
}
