/** YAML in CodeMirror: colours, folds, search, and the marks of what the server found. */

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";
import type { Hint } from "../../api/language";
import type { Diagnostic } from "../../api/types";
import { type Help, helpers, showHints } from "./help";
import { leavesAfterEscape } from "./leaving";
import { offsetOf, type Spot } from "./places";

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--code-key)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: "var(--code-number)" },
  { tag: tags.comment, color: "var(--code-comment)" },
  { tag: tags.invalid, color: "var(--state-failed)" },
]);

const theme = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--bg)", color: "var(--text)" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", fontSize: "12.5px", lineHeight: "20px" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--text-muted)", borderColor: "var(--border)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--hover)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--accent-soft)",
  },
  ".cm-tooltip": { backgroundColor: "var(--bg)", color: "var(--text)", border: "1px solid var(--border)" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent-soft)", color: "var(--text)" },
  ".cm-completionDetail": { color: "var(--text-muted)", fontStyle: "normal" },
  ".cm-help": { maxWidth: "60ch", maxHeight: "40vh", overflow: "auto", padding: "8px", display: "grid", gap: "4px" },
  ".cm-hint": {
    color: "var(--text-muted)",
    paddingInlineStart: "2ch",
    fontFamily: "var(--font-sans)",
    fontSize: "12px",
  },
  ".cm-hint-missing": { color: "var(--state-failed)" },
  ".cm-panels": { backgroundColor: "var(--surface)", color: "var(--text)" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--surface)", color: "var(--text-muted)", border: "none" },
});

function nonce(): Extension {
  const value = document.querySelector<HTMLMetaElement>("meta[name=csp-nonce]")?.content;
  return value ? EditorView.cspNonce.of(value) : [];
}

const COMMON: readonly Extension[] = [
  lineNumbers(),
  foldGutter(),
  highlightActiveLine(),
  highlightActiveLineGutter(),
  drawSelection(),
  indentOnInput(),
  bracketMatching(),
  highlightSelectionMatches(),
  search({ top: true }),
  history(),
  syntaxHighlighting(colours),
  theme,
  EditorState.tabSize.of(2),
  keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...foldKeymap, ...lintKeymap]),
];

interface Props {
  readonly label: string;
  readonly text: string;
  /** Without it the text can only be read. */
  readonly onChange?: (text: string) => void;
  readonly problems?: readonly Diagnostic[];
  /** The server's help; without it there is none. */
  readonly help?: Help;
  readonly hints?: readonly Hint[];
  /** Colours, folds and indents are those of this language. */
  readonly language?: "yaml" | "plain";
  /** Where to go; a new object each time somebody wants to go there. */
  readonly target?: Spot | null;
  /** Somebody moved the cursor, or the text below it. */
  readonly onCursor?: ((offset: number) => void) | undefined;
}

/** Marks of problems that have a place. The text may have moved on since they were found. */
function marks(text: string, problems: readonly Diagnostic[]) {
  return problems.flatMap(({ severity, message, range }) => {
    if (!range) return [];
    const from = offsetOf(text, range.start);
    return [{ from, to: Math.max(from, offsetOf(text, range.end)), severity, message }];
  });
}

export function SourceEditor(props: Props) {
  const { label, text, onChange, problems, target, onCursor, help, hints, language = "yaml" } = props;
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const change = useRef(onChange);
  change.current = onChange;
  const cursor = useRef(onCursor);
  cursor.current = onCursor;
  const helping = useRef(help);
  helping.current = help;
  const isReadOnly = onChange === undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text has its own effect; the editor is made once.
  useEffect(() => {
    if (!place.current) return;
    const mode = new Compartment();
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: text,
        extensions: [
          ...COMMON,
          language === "yaml" ? yaml() : [],
          nonce(),
          EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", tabindex: "0" }),
          mode.of(EditorState.readOnly.of(isReadOnly)),
          // In a text that can only be read, Tab goes on to the next control.
          isReadOnly
            ? []
            : [lintGutter(), keymap.of([indentWithTab]), leavesAfterEscape(), helpers(() => helping.current)],
          EditorView.updateListener.of((update) => {
            if (update.docChanged) change.current?.(update.state.doc.toString());
            if (update.docChanged || update.selectionSet) cursor.current?.(update.state.selection.main.head);
          }),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, [label, isReadOnly, language]);
  useEffect(() => {
    const made = view.current;
    if (!made || made.state.doc.toString() === text) return;
    made.dispatch({ changes: { from: 0, to: made.state.doc.length, insert: text } });
  }, [text]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: an editor that is made anew has no marks yet.
  useEffect(() => {
    const made = view.current;
    if (made && problems) made.dispatch(setDiagnostics(made.state, marks(made.state.doc.toString(), problems)));
  }, [problems, isReadOnly]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: an editor that is made anew shows no hints yet.
  useEffect(() => {
    if (view.current && hints) showHints(view.current, hints);
  }, [hints, isReadOnly]);
  useEffect(() => {
    const made = view.current;
    if (!made || !target) return;
    const anchor = offsetOf(made.state.doc.toString(), target);
    made.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
    made.focus();
  }, [target]);
  return <div ref={place} className="h-full min-h-0 overflow-hidden" />;
}
