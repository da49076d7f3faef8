import { CompletionContext } from "@codemirror/autocomplete";
import { EditorState } from "@codemirror/state";
import { afterEach, expect, it, vi } from "vitest";
import { offered, option } from "./help";

const range = (from: number, to: number) => ({
  start: { line: 1, column: from, byte: 0 },
  end: { line: 1, column: to, byte: 0 },
});
const item = { label: "io.Http", kind: "type", detail: "HTTP", range: range(7, 10), insert: "io.Http", snippet: null };
const help = { tenant: "main", executionId: "x1", onRename: () => {} };

afterEach(() => vi.unstubAllGlobals());

function answering(body: unknown) {
  const fetched = vi.fn(async (_address: string, _request: RequestInit) => new Response(JSON.stringify(body)));
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

const context = (text: string, isExplicit = false) =>
  new CompletionContext(EditorState.create({ doc: text }), text.length, isExplicit);

it("the server is asked with the text, the place and the chosen execution", async () => {
  const fetched = answering({ items: [item] });
  const result = await offered(help, context("type: get"));
  const [address, request] = fetched.mock.calls[0] ?? [];
  expect(address).toContain("api/v1/main/language/complete");
  expect(JSON.parse(String(request?.body))).toEqual({ text: "type: get", line: 1, column: 10, executionId: "x1" });
  expect([result?.from, result?.options.map(({ label }) => label)]).toEqual([6, ["io.Http"]]);
});

it("nothing is asked where nothing begins, unless somebody asks", async () => {
  const fetched = answering({ items: [item] });
  expect(await offered(help, context("id: a,  "))).toBeNull();
  expect(fetched).not.toHaveBeenCalled();
  expect(await offered(help, context("id: a,  ", true))).not.toBeNull();
});

it("what goes wrong keeps nobody from writing", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new Error("gone")));
  expect(await offered(help, context("type: get"))).toBeNull();
});

it("the value of the last execution stands beside the name", () => {
  expect(option({ ...item, kind: "name", detail: "int", value: "200" })).toMatchObject({
    type: "variable",
    detail: "int  200",
    apply: "io.Http",
  });
});
