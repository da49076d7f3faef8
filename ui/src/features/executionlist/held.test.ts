import { act, renderHook } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { held, useHeld } from "./held";

interface Row {
  readonly id: string;
  readonly state: string;
}

const keyOf = ({ id }: Row) => id;
const rows = (text: string): readonly Row[] =>
  text.split(" ").map((one) => ({ id: one.charAt(0), state: one.slice(1) }));
const written = (all: readonly Row[]) => all.map(({ id, state }) => id + state).join(" ");

it("rows change where they stand, new ones wait, and those that left stay", () => {
  const { rows: shown, news, gone } = held(rows("a1 b1 c1"), rows("x1 y1 c2 a2"), keyOf);
  expect(written(shown)).toBe("a2 b1 c2");
  expect(news).toBe(2);
  expect([...gone]).toEqual(["b"]);
});

describe("a list", () => {
  const show = () =>
    renderHook(({ fresh, question = "q", isStill = true }) => useHeld(fresh, question, isStill, keyOf), {
      initialProps: { fresh: rows("a1 b1"), question: "q", isStill: true },
    });

  it("keeps a row that left as it was last seen", () => {
    const { result, rerender } = show();
    rerender({ fresh: rows("a2 b2"), question: "q", isStill: true });
    rerender({ fresh: rows("c1 b3"), question: "q", isStill: true });
    expect(written(result.current.rows)).toBe("a2 b3");
    expect(result.current.news).toBe(1);
    act(() => result.current.showNews());
    expect(written(result.current.rows)).toBe("c1 b3");
    expect(result.current.news).toBe(0);
  });

  it("shows what is new at once when nobody is in the middle of it, or when something else is asked", () => {
    const { result, rerender } = show();
    rerender({ fresh: rows("c1 a1"), question: "q", isStill: false });
    expect(written(result.current.rows)).toBe("c1 a1");
    rerender({ fresh: rows("x1"), question: "other", isStill: true });
    expect(written(result.current.rows)).toBe("x1");
    expect(result.current.news).toBe(0);
  });
});
