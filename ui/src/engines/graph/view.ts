/**
 * A graph that can be moved, brought nearer and pointed at. No framework; it touches nothing outside its root. Who cannot
 * see it has a tree of the same boxes beside it.
 */

import { anchored, type Camera, centred, framed, hit, moved, zoomed } from "./camera";
import { draw } from "./draw";
import { type Graph, type Layout, layout, type Point } from "./layout";

/** With more boxes than this, groups begin folded. */
const OPEN_MAX = 2_000;

/** How far the hand may go for a click to stay one. */
const STILL = 4;

interface Told {
  readonly onSelect: (id: string) => void;
}

export class GraphView {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D | null;
  readonly #hands = new Map<number, Point>();
  readonly #folded = new Set<string>();
  readonly #stop = new AbortController();
  readonly #sizes: ResizeObserver;
  readonly #themes: MutationObserver;
  #graph: Graph = { items: [], edges: [] };
  #layout: Layout = { boxes: [], lines: [], width: 0, height: 0 };
  #camera: Camera = { x: 0, y: 0, scale: 1 };
  #selected: string | undefined;
  #isTouched = false;
  #travelled = 0;
  #frame = 0;

  constructor(
    private readonly root: HTMLElement,
    private readonly told: Told,
  ) {
    this.#canvas = document.createElement("canvas");
    this.#canvas.className = "graph-canvas";
    this.#canvas.setAttribute("aria-hidden", "true");
    this.#context = this.#canvas.getContext("2d");
    root.replaceChildren(this.#canvas);
    this.#listen();
    this.#sizes = new ResizeObserver(() => {
      if (!this.#isTouched) this.#camera = framed(this.#layout, this.#size(), false);
      this.#refresh();
    });
    this.#sizes.observe(root);
    this.#themes = new MutationObserver(() => this.#refresh());
    this.#themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  /** Shows this graph from now on. What stood in the one before as well stays folded, and in its place. */
  show(graph: Graph): void {
    const before = this.#layout;
    const known = new Set(this.#graph.items.map(({ id }) => id));
    const isOther = !graph.items.some(({ id, kind }) => kind === "box" && known.has(id));
    this.#graph = graph;
    if (isOther) {
      this.#folded.clear();
      const boxes = graph.items.filter(({ kind }) => kind !== "point");
      const groups = boxes.filter(({ kind }) => kind === "group");
      if (boxes.length > OPEN_MAX) for (const { id } of groups) this.#folded.add(id);
    }
    this.#place();
    const camera = isOther ? undefined : anchored(this.#camera, before, this.#layout, this.#selected);
    if (camera) this.#camera = camera;
    else this.frame(false);
  }

  select(id: string | undefined): void {
    this.#selected = id;
    const box = this.#layout.boxes.find(({ item }) => item.id === id);
    const size = this.#size();
    if (box && !this.#isSeen(box.x, box.y)) this.#camera = centred(this.#camera, box, size);
    this.#refresh();
  }

  /** All of it, or as much as can be read. */
  frame(isWhole: boolean): void {
    this.#isTouched = false;
    this.#camera = framed(this.#layout, this.#size(), isWhole);
    this.#refresh();
  }

  zoom(factor: number): void {
    const { width, height } = this.#size();
    this.#look(zoomed(this.#camera, factor, { x: width / 2, y: height / 2 }));
  }

  foldAll(isFolded: boolean): void {
    this.#folded.clear();
    if (isFolded) for (const { id, kind } of this.#graph.items) if (kind === "group") this.#folded.add(id);
    this.#place();
    this.frame(false);
  }

  /** What is seen, as a picture. */
  picture(done: (picture: Blob | null) => void): void {
    this.#canvas.toBlob(done, "image/png");
  }

  close(): void {
    this.#stop.abort();
    this.#sizes.disconnect();
    this.#themes.disconnect();
    cancelAnimationFrame(this.#frame);
    this.root.replaceChildren();
  }

  #size() {
    return { width: this.root.clientWidth, height: this.root.clientHeight };
  }

  #isSeen(x: number, y: number): boolean {
    const { width, height } = this.#size();
    const across = (x - this.#camera.x) * this.#camera.scale;
    const down = (y - this.#camera.y) * this.#camera.scale;
    return across >= 0 && across < width - 40 && down >= 0 && down < height - 20;
  }

  #place(): void {
    this.#layout = layout(this.#graph, this.#folded);
    this.#refresh();
  }

  #look(camera: Camera): void {
    this.#isTouched = true;
    this.#camera = camera;
    this.#refresh();
  }

  #refresh(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    if (!this.#context) return;
    const size = this.#size();
    const dense = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(size.width * dense), Math.round(size.height * dense)];
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
    }
    this.#context.setTransform(dense, 0, 0, dense, 0, 0);
    const style = getComputedStyle(document.documentElement);
    const known = new Map<string, string>();
    const colours = (token: string) => {
      const colour = known.get(token) ?? style.getPropertyValue(`--${token}`);
      known.set(token, colour);
      return colour;
    };
    draw(this.#context, this.#layout, this.#camera, size, colours, this.#selected);
  }

  #listen(): void {
    const options = { signal: this.#stop.signal };
    const canvas = this.#canvas;
    canvas.addEventListener("pointerdown", (event) => this.#down(event), options);
    canvas.addEventListener("pointermove", (event) => this.#move(event), options);
    for (const name of ["pointerup", "pointercancel"] as const) {
      canvas.addEventListener(name, (event) => this.#up(event), options);
    }
    canvas.addEventListener("wheel", (event) => this.#wheel(event), { ...options, passive: false });
  }

  #hand(event: MouseEvent): Point {
    const { left, top } = this.#canvas.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  #down(event: PointerEvent): void {
    this.#canvas.setPointerCapture(event.pointerId);
    this.#hands.set(event.pointerId, this.#hand(event));
    this.#travelled = 0;
  }

  #move(event: PointerEvent): void {
    const before = this.#hands.get(event.pointerId);
    if (!before) return;
    const now = this.#hand(event);
    this.#hands.set(event.pointerId, now);
    this.#travelled += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
    const other = [...this.#hands].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const apart = (one: Point) => Math.max(1, Math.hypot(one.x - other.x, one.y - other.y));
      const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
      this.#look(zoomed(this.#camera, apart(now) / apart(before), middle));
    } else if (this.#travelled > STILL) {
      this.#look(moved(this.#camera, now.x - before.x, now.y - before.y));
    }
  }

  #up(event: PointerEvent): void {
    if (!this.#hands.delete(event.pointerId) || this.#travelled > STILL || event.type === "pointercancel") return;
    const box = hit(this.#layout, this.#camera, this.#hand(event));
    if (!box) return;
    if (box.item.kind === "group") {
      if (!this.#folded.delete(box.item.id)) this.#folded.add(box.item.id);
      this.#place();
    } else if (box.item.kind === "box") {
      this.told.onSelect(box.item.id);
    }
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
      this.#look(zoomed(this.#camera, Math.exp(-event.deltaY / 200), this.#hand(event)));
    } else {
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
      const [across, down] = event.shiftKey ? [event.deltaY, event.deltaX] : [event.deltaX, event.deltaY];
      this.#look(moved(this.#camera, -across * lines, -down * lines));
    }
  }
}
