/**
 * One line to the event stream, whatever number of tabs listens. It reconnects with growing pauses, resumes where it
 * was, and says when events may have been missed. A fetch, not an `EventSource`: that one hides the status.
 */

import { QUIET } from "../quiet";
import { type FromWorker, type Line, type LineState, queryOf, topicsOf } from "./protocol";
import { EventReader, type ServerEvent } from "./sse";

const PAUSE_MS_MIN = 500;
const PAUSE_MS_MAX = 30_000;
/** The server speaks every 10 seconds; a line that is silent for longer than this is dead. */
const SILENCE_MS_MAX = 25_000;
/** Who waited longer than this for the beginning of the line reads anew what was read before it. */
const LATE_MS = 1_000;
/** Topics that change together, as when a page opens, make one new request. */
const GATHER_MS = 30;

/** The pause before a try, with jitter: many browsers must not come back at the same moment. */
export function pause(failures: number, random: number): number {
  const full = Math.min(PAUSE_MS_MAX, PAUSE_MS_MIN * 2 ** failures);
  return full / 2 + (full / 2) * random;
}

export class Connection {
  #address = "";
  #topics: readonly string[] = [];
  #line: Line = { state: "idle", heard: null };
  #lastId: string | null = null;
  #failures = 0;
  #since = 0;
  #abort: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly tell: (message: FromWorker) => void,
    private readonly now: () => number = Date.now,
  ) {}

  get line(): Line {
    return this.#line;
  }

  /** Listens to exactly these topics from now on. */
  follow(address: string, topics: readonly string[]): void {
    const wanted = [...new Set(topics)].sort();
    const isSame = address === this.#address && wanted.join("\n") === this.#topics.join("\n");
    if (isSame && this.#line.state !== "signed-out") return;
    this.#address = address;
    this.#topics = wanted;
    if (this.#line.state === "absent") return;
    this.#stop();
    this.#failures = 0;
    this.#since = this.now();
    if (wanted.length === 0) this.#become("idle");
    else this.#again(GATHER_MS);
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#abort = null;
  }

  #again(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#run(), milliseconds);
  }

  #become(state: LineState): void {
    const heard = state === "live" ? this.now() : this.#line.heard;
    this.#line = { state, heard };
    this.tell({ kind: "line", line: this.#line });
  }

  async #run(): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    if (this.#line.state !== "live") this.#become(this.#failures > 0 ? "waiting" : "connecting");
    try {
      const response = await fetch(this.#url(), {
        ...QUIET,
        headers: { accept: "text/event-stream", ...(this.#lastId ? { "last-event-id": this.#lastId } : {}) },
        signal: abort.signal,
      });
      if (response.status === 404) return this.#become("absent");
      if (response.status === 401) return this.#become("signed-out");
      if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
      await this.#listen(response.body, abort);
    } catch {
      // Whatever broke the line, the answer is the same.
    }
    if (abort.signal.aborted && this.#abort !== abort) return;
    this.#failures += 1;
    this.#become("waiting");
    this.#again(pause(this.#failures, Math.random()));
  }

  #url(): string {
    return `${this.#address}?${queryOf(this.#topics)}`;
  }

  async #listen(body: ReadableStream<Uint8Array>, abort: AbortController): Promise<void> {
    const wasBroken = this.#failures > 0 && this.#lastId === null;
    this.#failures = 0;
    this.#become("live");
    // Without a place to resume from, a gap cannot be filled.
    if (wasBroken) this.tell({ kind: "reset" });
    const pieces = body.getReader();
    const decoder = new TextDecoder();
    const reader = new EventReader();
    let silence: ReturnType<typeof setTimeout> | undefined;
    try {
      for (;;) {
        silence = setTimeout(() => abort.abort(), SILENCE_MS_MAX);
        const { done, value } = await pieces.read();
        clearTimeout(silence);
        if (done) return;
        this.#line = { state: "live", heard: this.now() };
        for (const event of reader.read(decoder.decode(value, { stream: true }))) this.#heard(event);
      }
    } finally {
      clearTimeout(silence);
    }
  }

  #heard(event: ServerEvent): void {
    if (event.id !== null) this.#lastId = event.id;
    // Without a place the line begins now, whenever it was asked for.
    const isLate = event.kind === "start" && this.now() - this.#since > LATE_MS;
    if (event.kind === "resync" || isLate) this.tell({ kind: "reset" });
    const topics = topicsOf(event.kind, event.data);
    if (topics.length > 0) this.tell({ kind: "changed", topics });
  }
}
