/** The server's help as parts of the editor: completion, hover, hints beside the text, and the key that renames. */

import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  snippet,
} from "@codemirror/autocomplete";
import { type Extension, Prec, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, hoverTooltip, keymap, WidgetType } from "@codemirror/view";
import { complete, type Hint, type Hover, hover, type Item, type Question } from "../../api/language";
import { offsetOf, placeOf, type Spot } from "./places";

export interface Help {
  readonly tenant: string;
  readonly executionId: string | undefined;
  /** Somebody wants another name for what stands here. */
  readonly onRename: (place: Spot) => void;
}

function question(help: Help, text: string, at: number): Question {
  const { executionId } = help;
  return { text, ...placeOf(text, at), ...(executionId ? { executionId } : {}) };
}

/** Words of the server for what it offers, as the editor draws them. */
const ICONS: Readonly<Record<string, string>> = {
  property: "property",
  value: "constant",
  type: "class",
  namespace: "namespace",
  flow: "interface",
  name: "variable",
  function: "function",
  filter: "method",
  test: "method",
  tag: "keyword",
  key: "text",
  secret: "text",
};

export function option(item: Item): Completion {
  const { label, kind, detail, documentation, insert, value, deprecated } = item;
  const aside = [detail, value].filter(Boolean).join("  ");
  return {
    label,
    type: ICONS[kind] ?? "text",
    ...(aside ? { detail: aside } : {}),
    ...(documentation ? { info: documentation } : {}),
    ...(deprecated ? { boost: -50 } : {}),
    apply: item.snippet ? snippet(item.snippet) : insert,
  };
}

/** After these something may be offered without being asked for. */
const BEGINS = /(?:[\w.-]+|[.{|:"'(]\s?|^\s*(?:- )?)$/;

export async function offered(help: Help, context: CompletionContext): Promise<CompletionResult | null> {
  if (!context.explicit && !context.matchBefore(BEGINS)) return null;
  const text = context.state.doc.toString();
  const stop = new AbortController();
  context.addEventListener("abort", () => stop.abort());
  try {
    const answer = await complete(help.tenant, question(help, text, context.pos), stop.signal);
    const [first] = answer?.items ?? [];
    if (!answer || !first) return null;
    return {
      from: Math.min(context.pos, offsetOf(text, first.range.start)),
      options: answer.items.map(option),
      // The server has put them in order, and finds types by words that their names do not begin with.
      filter: false,
    };
  } catch {
    // Without an answer one writes on without help.
    return null;
  }
}

function tooltip({ title, detail, documentation, example, deprecated, value }: Hover): HTMLElement {
  const box = document.createElement("div");
  box.className = "cm-help";
  const add = (tag: string, text: string | null | undefined) => {
    if (!text) return;
    const part = document.createElement(tag);
    part.textContent = text;
    box.append(part);
  };
  add("strong", deprecated ? `${title} (deprecated)` : title);
  add("code", detail);
  add("p", documentation);
  add("pre", example);
  add("code", value);
  return box;
}

class HintWidget extends WidgetType {
  constructor(
    readonly text: string,
    readonly isMissing: boolean,
  ) {
    super();
  }

  override eq(other: HintWidget): boolean {
    return other.text === this.text && other.isMissing === this.isMissing;
  }

  toDOM(): HTMLElement {
    const hint = document.createElement("span");
    hint.className = this.isMissing ? "cm-hint cm-hint-missing" : "cm-hint";
    hint.textContent = this.text;
    return hint;
  }
}

const setHints = StateEffect.define<readonly Hint[]>();

const hintField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(present, transaction) {
    const effect = transaction.effects.find((one) => one.is(setHints));
    if (!effect) return present.map(transaction.changes);
    const { doc } = transaction.state;
    const text = doc.toString();
    const widgets = (effect.value as readonly Hint[]).map(({ range, text: words, kind }) => {
      const at = doc.lineAt(offsetOf(text, range.end)).to;
      return Decoration.widget({ widget: new HintWidget(words, kind.endsWith("-missing")), side: 1 }).range(at);
    });
    return Decoration.set(widgets, true);
  },
  provide: (field) => EditorView.decorations.from(field),
});

export function showHints(view: EditorView, hints: readonly Hint[]): void {
  view.dispatch({ effects: setHints.of(hints) });
}

/** `current` is asked each time, so that the editor need not be made anew when the help changes. */
export function helpers(current: () => Help | undefined): Extension {
  return [
    autocompletion({
      override: [
        (context) => {
          const help = current();
          return help ? offered(help, context) : null;
        },
      ],
    }),
    hoverTooltip(async (view, at) => {
      const help = current();
      const text = view.state.doc.toString();
      const found = help ? await hover(help.tenant, question(help, text, at)).catch(() => null) : null;
      if (!found) return null;
      return {
        pos: offsetOf(text, found.range.start),
        end: offsetOf(text, found.range.end),
        create: () => ({ dom: tooltip(found) }),
      };
    }),
    hintField,
    Prec.high(
      keymap.of([
        {
          key: "F2",
          run: (view) => {
            current()?.onRename(placeOf(view.state.doc.toString(), view.state.selection.main.head));
            return current() !== undefined;
          },
        },
      ]),
    ),
  ];
}
