/** One row of a log in the page: number, time, level, task, and the text with a button that unfolds it. */

import { folded, type Mark, type Message, type Part, partsOf, unfolded } from "./message";

export interface Line {
  readonly time: string;
  readonly level: string;
  readonly task: string;
  readonly message: string;
  /** Where it matches what is looked for. */
  readonly marks: readonly Mark[];
}

export interface Words {
  readonly fold: string;
  readonly unfold: (count: number) => string;
}

interface Shown {
  readonly message: string;
  readonly marks: readonly Mark[];
  readonly isOpen: boolean;
}

const CELLS = ["log-number", "log-time", "log-level", "log-task", "log-text"];
/** At the end of a row, as its style has it. */
const PADDING = 12;
const NO_MARKS: readonly Mark[] = [];

export class Row {
  readonly element = document.createElement("div");
  readonly #cells: readonly HTMLElement[];
  #shown: Shown | null = null;

  constructor(private readonly words: Words) {
    this.element.className = "log-row";
    this.#cells = CELLS.map((name) => {
      const cell = document.createElement("span");
      cell.className = name;
      this.element.append(cell);
      return cell;
    });
  }

  /** Shows a line, or that it is not here yet. What is shown already is not written again. */
  fill(index: number, line: Line | undefined, isOpen: boolean, isCurrent: boolean): void {
    const texts = [String(index + 1), line?.time ?? "", line?.level ?? "", line?.task ?? ""];
    for (const [place, text] of texts.entries()) {
      const cell = this.#cells[place];
      if (cell && cell.textContent !== text) cell.textContent = text;
    }
    this.element.dataset.level = line?.level ?? "";
    this.element.dataset.line = String(index);
    this.element.toggleAttribute("data-current", isCurrent);
    this.element.toggleAttribute("data-open", isOpen);
    this.#say({ message: line?.message ?? "…", marks: line?.marks ?? NO_MARKS, isOpen });
  }

  /** How wide its text needs it to be. */
  get width(): number {
    const text = this.#cells.at(-1);
    return text ? text.offsetLeft + text.offsetWidth + PADDING : 0;
  }

  move(top: number): void {
    this.element.style.transform = `translateY(${top}px)`;
  }

  #say(shown: Shown): void {
    const before = this.#shown;
    if (before?.message === shown.message && before.marks === shown.marks && before.isOpen === shown.isOpen) return;
    this.#shown = shown;
    const message = shown.isOpen ? unfolded(shown.message) : folded(shown.message);
    const parts = partsOf(message, shown.marks).map(partElement);
    this.#cells.at(-1)?.replaceChildren(...parts, ...this.#fold(message, shown.isOpen));
  }

  #fold({ folded: count }: Message, isOpen: boolean): readonly HTMLElement[] {
    if (count === 0) return [];
    const button = document.createElement("button");
    button.type = "button";
    button.className = "log-fold";
    button.tabIndex = -1;
    button.textContent = isOpen ? this.words.fold : this.words.unfold(count);
    button.setAttribute("aria-expanded", String(isOpen));
    return [button];
  }
}

function partElement({ text, looks, isMatch, href }: Part): Node {
  if (looks.length === 0 && !isMatch && href === undefined) return document.createTextNode(text);
  const element = document.createElement(isMatch ? "mark" : href === undefined ? "span" : "a");
  element.className = looks.map((look) => `ansi-${look}`).join(" ");
  element.textContent = text;
  if (href === undefined) return element;
  const link = isMatch ? document.createElement("a") : (element as HTMLAnchorElement);
  link.href = href;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  link.tabIndex = -1;
  if (link !== element) link.append(element);
  return link;
}
