/** Tab indents in an editor. After Escape it leaves it, however long that takes: nobody has to be quick. */

import { currentCompletions } from "@codemirror/autocomplete";
import { searchPanelOpen } from "@codemirror/search";
import { type EditorState, type Extension, Prec } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

/** A list that was asked for and has not come yet is closed by Escape, too, but nobody sees it. */
function closesSomething(state: EditorState): boolean {
  return currentCompletions(state).length > 0 || searchPanelOpen(state);
}

export function leavesAfterEscape(): Extension {
  return [
    // Before the keys of the editor, which keep Escape for themselves whenever it means something to them.
    Prec.highest(
      EditorView.domEventHandlers({
        keydown: (event, view) => {
          if (event.key === "Escape" && !closesSomething(view.state)) view.setTabFocusMode(true);
          return false;
        },
        blur: (_, view) => {
          view.setTabFocusMode(false);
          return false;
        },
      }),
    ),
    EditorView.updateListener.of(({ docChanged, view }) => {
      if (docChanged) view.setTabFocusMode(false);
    }),
  ];
}
