import { expect, it } from "vitest";
import type { Topology } from "../../api/graphs";
import type { State } from "../../api/types";
import { asGraph, fates } from "./graph";

const task = (taskId: string, ...states: readonly State[]) => ({
  taskId,
  counts: Object.fromEntries(states.map((one) => [one, states.filter((other) => other === one).length])),
  last: states.at(-1) ?? "CREATED",
});

const WORDS = {
  family: (state: State) => state.toLowerCase(),
  count: (runs: number) => `${runs} runs`,
  problems: (count: number) => `${count} problems`,
  triggers: "Triggers",
};

const LOOP: Topology = {
  nodes: [
    { uid: "root_cluster_start", type: "GraphClusterRoot" },
    { uid: "root.each_cluster_start", type: "GraphClusterRoot" },
    { uid: "root.each", type: "GraphTask", task: { id: "each", type: "io.kestra.plugin.core.flow.ForEach" } },
    { uid: "root.each.say", type: "GraphTask", task: { id: "say", type: "io.kestra.plugin.core.log.Log" } },
  ],
  edges: [
    { source: "root_cluster_start", target: "root.each_cluster_start", relation: { relationType: "SEQUENTIAL" } },
    { source: "root.each", target: "root.each.say", relation: { relationType: "ERROR", value: "a" } },
  ],
  clusters: [
    {
      cluster: { uid: "cluster_root.each" },
      nodes: ["root.each_cluster_start", "root.each", "root.each.say"],
      parents: [],
    },
  ],
};

it("a group has the name of its task, and what is in it stands in it", () => {
  const { items, edges } = asGraph(LOOP, { fates: fates([task("say", "SUCCESS", "FAILED")]), marks: new Map() }, WORDS);
  expect(items.map(({ id, parent, kind, name }) => [id, parent, kind, name])).toEqual([
    ["root_cluster_start", undefined, "point", ""],
    ["cluster_root.each", undefined, "group", "each"],
    ["root.each_cluster_start", "cluster_root.each", "point", ""],
    ["root.each", "cluster_root.each", "box", "each"],
    ["root.each.say", "cluster_root.each", "box", "say"],
  ]);
  expect(items.at(-1)).toMatchObject({ detail: "log.Log", family: "failed", note: "2 runs" });
  expect(edges[1]).toEqual({ from: "root.each", to: "root.each.say", kind: "error", label: "a" });
});

it("what is wrong with a task stands on its box", () => {
  const marks = new Map([["say", { count: 3, isError: false }]]);
  expect(asGraph(LOOP, { fates: new Map(), marks }, WORDS).items.at(-1)).toMatchObject({
    family: "warning",
    note: "3 problems",
  });
});

it("of many runs the one that needs somebody says how the task stands", () => {
  const known = fates([task("a", "FAILED", "SUCCESS"), task("b", "CREATED", "SUCCESS")]);
  expect(known.get("a")).toEqual({ count: 2, state: "FAILED" });
  expect(known.get("b")).toEqual({ count: 2, state: "SUCCESS" });
});
