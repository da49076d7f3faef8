/** Server-sent events out of pieces of text, as they come over the wire. */

export interface ServerEvent {
  readonly kind: string;
  readonly data: string;
  readonly id: string | null;
}

/** Keeps what is not complete yet. Comments and fields without meaning here are dropped. */
export class EventReader {
  #rest = "";
  #kind = "";
  #data: string[] = [];
  #id: string | null = null;

  read(piece: string): ServerEvent[] {
    this.#rest += piece;
    const events: ServerEvent[] = [];
    for (let line = this.#line(); line !== null; line = this.#line()) {
      const event = this.#take(line);
      if (event) events.push(event);
    }
    return events;
  }

  /** The next whole line. A carriage return at the end may be half of a line break, so it waits. */
  #line(): string | null {
    const found = /\r\n|\n|\r(?!$)/.exec(this.#rest);
    if (!found) return null;
    const line = this.#rest.slice(0, found.index);
    this.#rest = this.#rest.slice(found.index + found[0].length);
    return line;
  }

  #take(line: string): ServerEvent | null {
    if (line === "") return this.#finish();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#kind = value;
    if (field === "data") this.#data.push(value);
    if (field === "id" && !value.includes("\0")) this.#id = value;
    return null;
  }

  #finish(): ServerEvent | null {
    const event = { kind: this.#kind || "message", data: this.#data.join("\n"), id: this.#id };
    const isEmpty = this.#data.length === 0;
    this.#kind = "";
    this.#data = [];
    return isEmpty ? null : event;
  }
}
