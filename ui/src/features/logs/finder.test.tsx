import { act, fireEvent, render, screen } from "@testing-library/react";
import { createRef } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Finder } from "./finder";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const nothing = { finding: null, error: null, next: async () => null };

it("what was typed is looked for, though the log grows meanwhile", () => {
  const onText = vi.fn();
  const input = createRef<HTMLInputElement>();
  const finder = (total: number) => (
    <Finder
      text=""
      onText={(text) => onText(text)}
      find={nothing}
      total={total}
      line={null}
      input={input}
      onStep={() => {}}
      onLine={() => {}}
    />
  );
  const { rerender } = render(finder(0));
  fireEvent.change(screen.getByRole("searchbox"), { target: { value: "needle" } });
  for (let total = 1; total < 5; total += 1) {
    act(() => void vi.advanceTimersByTime(100));
    rerender(finder(total));
  }
  expect(onText.mock.calls).toEqual([["needle"]]);
});
