import { afterEach, expect, it, vi } from "vitest";
import { prefer } from "./preferences";
import { listen } from "./shortcuts";

const heard = vi.fn();
const stop = listen({ "/": () => heard("filter"), "g f": () => heard("flows"), "Ctrl+K": () => heard("palette") });

afterEach(() => {
  heard.mockReset();
  document.body.innerHTML = "";
  prefer({ hasShortcuts: true });
});

function press(key: string, init: KeyboardEventInit = {}, target: EventTarget = document.body): void {
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init }));
}

it("one key and two keys in a row", () => {
  for (const key of ["/", "g", "f"]) press(key);
  expect(heard.mock.calls).toEqual([["filter"], ["flows"]]);
});

it("letters mean nothing where one types, in dialogs, and when switched off; Ctrl+K always does", () => {
  document.body.innerHTML = "<input>";
  const input = document.querySelector("input") as HTMLInputElement;
  press("/", {}, input);
  press("k", { ctrlKey: true }, input);
  document.body.innerHTML = '<div role="dialog"></div>';
  press("/");
  document.body.innerHTML = "";
  prefer({ hasShortcuts: false });
  press("/");
  expect(heard.mock.calls).toEqual([["palette"]]);
});

it("nothing is heard after the end", () => {
  stop();
  press("/");
  expect(heard).not.toHaveBeenCalled();
});
