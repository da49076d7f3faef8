import { expect, it } from "vitest";
import { clashes, merge, merged } from "./merge";

const BASE = "a\nb\nc\nd\ne\nf\n";
const both = (mine: string, theirs: string) => merge(BASE, mine, theirs);

it("what only one side changed is taken", () => {
  const chunks = both("a\nB\nc\nd\ne\nf\n", "a\nb\nc\nd\ne\nf\ng\n");
  expect(clashes(chunks)).toEqual([]);
  expect(merged(chunks, [])).toBe("a\nB\nc\nd\ne\nf\ng\n");
});

it("the same change on both sides is one change", () => {
  const chunks = both("a\nX\nc\nd\ne\nf\n", "a\nX\nc\nd\ne\nf\n");
  expect(chunks.map(({ kind }) => kind)).toEqual(["kept", "both", "kept"]);
  expect(merged(chunks, [])).toBe("a\nX\nc\nd\ne\nf\n");
});

it("different changes of the same line are for a person", () => {
  const chunks = both("a\nmine\nc\nd\ne\nF\n", "a\ntheirs\nc\nd\ne\nf\n");
  expect(clashes(chunks)).toEqual([{ kind: "clash", line: 2, base: ["b"], mine: ["mine"], theirs: ["theirs"] }]);
  expect(merged(chunks, ["theirs"])).toBe("a\ntheirs\nc\nd\ne\nF\n");
  expect(merged(chunks, ["mine"])).toBe("a\nmine\nc\nd\ne\nF\n");
  expect(merged(chunks, ["both"])).toBe("a\ntheirs\nmine\nc\nd\ne\nF\n");
});

it("lines that were put in at the same place are for a person", () => {
  const chunks = both("a\nb\nmine\nc\nd\ne\nf\n", "a\nb\ntheirs\nc\nd\ne\nf\n");
  expect(clashes(chunks)).toHaveLength(1);
});

it("one removes what the other changes", () => {
  const [clash] = clashes(both("a\nc\nd\ne\nf\n", "a\nB\nc\nd\ne\nf\n"));
  expect([clash?.mine, clash?.theirs]).toEqual([[], ["B"]]);
});

it("nothing is lost: without clashes both changes are there, whatever they are", () => {
  const pick = (seed: number) => (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  let seed = 7;
  const next = (below: number) => {
    seed = pick(seed);
    return seed % below;
  };
  for (let round = 0; round < 300; round += 1) {
    const base = Array.from({ length: 12 }, (_, index) => `line ${index}`);
    const edit = (name: string) => {
      const lines = [...base];
      const at = next(lines.length);
      if (next(2) === 0) lines[at] = name;
      else lines.splice(at, next(3), name);
      return lines.join("\n");
    };
    const chunks = merge(base.join("\n"), edit("MINE"), edit("THEIRS"));
    const text = merged(
      chunks,
      clashes(chunks).map(() => "both"),
    );
    expect(text).toContain("MINE");
    expect(text).toContain("THEIRS");
  }
});

it("one side alone is that side", () => {
  const other = "x\nb\n\nd\nf\nf\n";
  expect(merged(merge(BASE, other, BASE), [])).toBe(other);
  expect(merged(merge(BASE, BASE, other), [])).toBe(other);
});
