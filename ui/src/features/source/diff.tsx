/** Two revisions of a source beside each other. */

import { yaml } from "@codemirror/lang-yaml";
import { unifiedMergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";

const theme = EditorView.theme({
  "&": { backgroundColor: "var(--bg)", color: "var(--text)" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", fontSize: "12.5px", lineHeight: "20px" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--text-muted)", borderColor: "var(--border)" },
  ".cm-changedLine": { backgroundColor: "color-mix(in srgb, var(--state-success) 14%, transparent)" },
  // Few fonts have the sign that stands here else, and its ground knows no dark theme.
  ".cm-collapsedLines": { color: "var(--text-muted)", background: "var(--surface)" },
  ".cm-collapsedLines:before, .cm-collapsedLines:after": { content: '"⋮"' },
  ".cm-deletedChunk": { backgroundColor: "color-mix(in srgb, var(--state-failed) 14%, transparent)" },
});

interface Props {
  readonly label: string;
  readonly before: string;
  readonly after: string;
}

export function SourceDiff({ label, before, after }: Props) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return;
    const nonce = document.querySelector<HTMLMetaElement>("meta[name=csp-nonce]")?.content;
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: after,
        extensions: [
          lineNumbers(),
          yaml(),
          theme,
          nonce ? EditorView.cspNonce.of(nonce) : [],
          EditorState.readOnly.of(true),
          EditorView.contentAttributes.of({ "aria-label": label }),
          unifiedMergeView({
            original: before,
            mergeControls: false,
            collapseUnchanged: { margin: 3, minSize: 6 },
            allowInlineDiffs: true,
          }),
        ],
      }),
    });
    return () => view.destroy();
  }, [label, before, after]);
  return <div ref={place} className="min-h-0 flex-1 overflow-auto border-border border-t" />;
}
