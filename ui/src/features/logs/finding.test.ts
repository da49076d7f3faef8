import { expect, it } from "vitest";
import type { FindFrom } from "../../api/logs";
import { Finding, stripesOf } from "./finding";

/** A server that finds each line in which `isMatch` holds, as many as are wanted. */
function finder(total: number, isMatch: (line: number) => boolean) {
  const asked: FindFrom[] = [];
  const find = async (wanted: FindFrom) => {
    asked.push(wanted);
    const { from, count, isBackwards = false } = wanted;
    const matches = [];
    let line = isBackwards ? from - 1 : from;
    for (; line >= 0 && line < total && matches.length < count; line += isBackwards ? -1 : 1) {
      if (isMatch(line))
        matches.push({ line, at: [[0, 1] as const], level: "INFO" as const, message: "", timestamp: "" });
    }
    const next = isBackwards ? line + 1 : line;
    return { matches, total, next: next <= 0 || next >= total ? null : next };
  };
  let done = () => {};
  const finding: Finding = new Finding(find, { onChange: () => !finding.isLooking && done(), onError: () => done() });
  const gathered = new Promise<void>((resolve) => {
    done = resolve;
  });
  return { finding, gathered, asked };
}

it("gathers all matches, and walks through them round the ends without asking", async () => {
  const { finding, gathered, asked } = finder(10_000, (line) => line % 10 === 3);
  finding.grow(10_000);
  await gathered;
  expect(finding.lines).toHaveLength(1_000);
  const requests = asked.length;
  expect(await finding.next(5_000, false)).toBe(5_003);
  expect(await finding.next(5_003, true)).toBe(4_993);
  expect(await finding.next(9_993, false)).toBe(3);
  expect(await finding.next(3, true)).toBe(9_993);
  expect(asked).toHaveLength(requests);
});

it("of very many some are gathered, and the server knows the others", async () => {
  const { finding, gathered } = finder(1_000_000, () => true);
  finding.grow(1_000_000);
  await gathered;
  expect(finding.isCut).toBe(true);
  expect(finding.lines).toHaveLength(5_000);
  expect(await finding.next(500_000, false)).toBe(500_001);
  expect(await finding.next(500_000, true)).toBe(499_999);
  expect(await finding.next(999_999, false)).toBe(0);
  expect(await finding.next(0, true)).toBe(999_999);
});

it("nothing to find is nothing to go to", async () => {
  const { finding, gathered } = finder(100, () => false);
  finding.grow(100);
  await gathered;
  expect(await finding.next(50, false)).toBeNull();
});

it("lines of a log that grew are looked at too", async () => {
  const { finding, gathered, asked } = finder(20, (line) => line === 4 || line === 15);
  finding.grow(10);
  await gathered;
  expect(finding.lines).toEqual([4, 15]);
  expect(asked).toHaveLength(1);
});

it.each([
  [[0, 1, 2], 1_000_000, [0]],
  [[0, 500_000, 999_999], 1_000_000, [0, 100, 199]],
  [[9], 10, [180]],
])("lines %j of %d are marked at %j", (lines, total, stripes) => expect(stripesOf(lines, total, 200)).toEqual(stripes));
