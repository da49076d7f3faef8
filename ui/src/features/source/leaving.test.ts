import { autocompletion, completionStatus, currentCompletions, startCompletion } from "@codemirror/autocomplete";
import { indentWithTab } from "@codemirror/commands";
import { openSearchPanel, search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { leavesAfterEscape } from "./leaving";

let view: EditorView;

function open(...further: readonly Extension[]): void {
  const extensions = [keymap.of([...searchKeymap, indentWithTab]), leavesAfterEscape(), further];
  view = new EditorView({ parent: document.body, state: EditorState.create({ doc: "id: a", extensions }) });
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  open();
});

afterEach(() => {
  view.destroy();
  vi.useRealTimers();
});

/** Whether the editor took the key for itself. */
function takes(key: string, keyCode: number): boolean {
  const event = new KeyboardEvent("keydown", { key, keyCode, bubbles: true, cancelable: true });
  return !view.contentDOM.dispatchEvent(event);
}

test("Tab is the editor's own", () => {
  expect(takes("Tab", 9)).toBe(true);
  expect(view.state.doc.toString()).toBe("  id: a");
});

test("after Escape, Tab leaves, also for those who take their time", () => {
  takes("Escape", 27);
  vi.setSystemTime(Date.now() + 60_000);
  expect(takes("Tab", 9)).toBe(false);
});

test("whoever goes on writing has Tab for indents again", () => {
  takes("Escape", 27);
  view.dispatch({ changes: { from: 0, insert: "# " } });
  expect(takes("Tab", 9)).toBe(true);
});

test("whoever comes back has Tab for indents again", () => {
  takes("Escape", 27);
  view.contentDOM.dispatchEvent(new FocusEvent("blur"));
  expect(takes("Tab", 9)).toBe(true);
});

/** An editor that is offered words, and asks for them. */
function ask(words: Promise<readonly string[]>): void {
  view.destroy();
  const source = async () => ({ from: 0, options: (await words).map((label) => ({ label })), filter: false });
  open(autocompletion({ override: [source] }));
  startCompletion(view);
}

test("a list that has not come yet holds nobody back", async () => {
  ask(new Promise(() => {}));
  await vi.waitFor(() => expect(completionStatus(view.state)).toBe("pending"));
  takes("Escape", 27);
  expect(takes("Tab", 9)).toBe(false);
});

test("Escape that closes a list closes only that", async () => {
  ask(Promise.resolve(["id", "inputs"]));
  await vi.waitFor(() => expect(currentCompletions(view.state)).toHaveLength(2));
  takes("Escape", 27);
  expect(currentCompletions(view.state)).toHaveLength(0);
  expect(takes("Tab", 9)).toBe(true);
});

test("Escape that closes the search closes only that", () => {
  view.destroy();
  open(search());
  openSearchPanel(view);
  view.focus();
  takes("Escape", 27);
  expect(takes("Tab", 9)).toBe(true);
});
