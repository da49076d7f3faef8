import { expect, it } from "vitest";
import { marksOf, partAt, parts } from "./parts";

const FLOW = `id: a
type: no task
inputs:
  - id: day
    type: DATE
tasks:
  - id: each # all of them
    type: ForEach
    tasks: [{id: "say", type: Log}]
  - type: Script
    id: 'run'
    script: |
      - id: no
        type: no
  - id: ask
    type: Pause
    onResume:
      - id: reason
        type: STRING
triggers:
  - id: daily
    type: Schedule
`;

it("tasks and triggers are found, and nothing that only looks like one", () => {
  const found = parts(FLOW);
  expect(found.map(({ id }) => id)).toEqual(["each", "say", "run", "ask", "daily"]);
  for (const { id, at } of found) expect(FLOW.slice(at).replace(/^["']/, "").startsWith(id)).toBe(true);
});

it("a place belongs to the innermost task around it", () => {
  const found = parts(FLOW);
  const at = (text: string) => partAt(found, FLOW.indexOf(text))?.id;
  expect([at("DATE"), at("ForEach"), at("Log"), at("- id: no"), at("reason"), at("Schedule")]).toEqual([
    undefined,
    "each",
    "say",
    "run",
    "ask",
    "daily",
  ]);
});

it("tasks are found while the text is broken", () => {
  expect(parts('tasks:\n  - id: a\n    type: Log\n    message: "x\n  - id:').map(({ id }) => id)).toEqual(["a"]);
});

it("problems are counted at the task they are in", () => {
  const problem = (line: number, severity: "error" | "warning" | "info") => {
    const place = { line, column: 5, byte: 0 };
    return { severity, message: "", range: { start: place, end: place } };
  };
  const problems = [
    problem(8, "warning"),
    problem(8, "error"),
    problem(11, "warning"),
    problem(11, "info"),
    problem(1, "error"),
  ];
  expect([...marksOf(FLOW, parts(FLOW), problems)]).toEqual([
    ["each", { count: 2, isError: true }],
    ["run", { count: 1, isError: false }],
  ]);
});
