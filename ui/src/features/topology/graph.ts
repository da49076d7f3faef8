/** The topology that the server tells, as a graph to be drawn: each box with what became of its task. Pure. */

import type { Topology } from "../../api/graphs";
import type { Progress } from "../../api/taskruns";
import type { State } from "../../api/types";
import type { Edge, Graph, Item } from "../../engines/graph/layout";
import type { Mark } from "../source/parts";
import { countsInOrder } from "../timeline/counts";

/** What became of the runs of one task. */
export interface Fate {
  readonly count: number;
  readonly state: State;
}

/** If runs of one task differ, the first of these that there is says how it stands; else the last run does. */
const LOUD: readonly State[] = [
  "FAILED",
  "KILLING",
  "PAUSED",
  "BREAKPOINT",
  "RETRYING",
  "RUNNING",
  "QUEUED",
  "WARNING",
];

export function fates(tasks: Progress["tasks"]): ReadonlyMap<string, Fate> {
  return new Map(
    tasks.map(({ taskId, counts, last }) => {
      const count = countsInOrder(counts).reduce((sum, [, number]) => sum + number, 0);
      return [taskId, { count, state: LOUD.find((loud) => counts[loud]) ?? last }];
    }),
  );
}

interface Words {
  readonly family: (state: State) => string;
  readonly count: (runs: number) => string;
  readonly problems: (count: number) => string;
  readonly triggers: string;
}

/** What is told of tasks, by their ids: what became of them, or what is wrong with them. */
export interface Told {
  readonly fates: ReadonlyMap<string, Fate>;
  readonly marks: ReadonlyMap<string, Mark>;
}

export function asGraph({ nodes, edges, clusters }: Topology, { fates: known, marks }: Told, words: Words): Graph {
  const parents = new Map<string, string>();
  // The innermost group of each comes last.
  for (const { cluster, nodes: inner } of clusters.toSorted((a, b) => a.parents.length - b.parents.length)) {
    for (const uid of inner) parents.set(uid, cluster.uid);
  }
  const tasks = new Map(
    nodes.map(({ uid, task, triggerDeclaration }) => {
      const written = task ?? triggerDeclaration;
      // An id such as `no` comes as it is written, not as a text.
      return [uid, written ? { id: String(written.id), type: written.type } : undefined] as const;
    }),
  );
  const told = (id = ""): Pick<Item, "family" | "note"> => {
    const mark = marks.get(id);
    if (mark) return { family: mark.isError ? "failed" : "warning", note: words.problems(mark.count) };
    const fate = known.get(id);
    return { family: fate && words.family(fate.state), note: fate && fate.count > 1 ? words.count(fate.count) : "" };
  };
  const groups = clusters.map(({ cluster, parents: above }): Item => {
    const task = tasks.get(cluster.uid.replace(/^cluster_/, ""));
    const name = task?.id ?? (cluster.uid === "cluster_Triggers" ? words.triggers : cluster.uid);
    const detail = task ? shortType(task.type) : "";
    return { id: cluster.uid, parent: above.at(-1), kind: "group", name, detail, ...told(task?.id) };
  });
  const boxes = nodes.map(({ uid }): Item => {
    const task = tasks.get(uid);
    const base = { id: uid, parent: parents.get(uid) };
    if (!task) return { ...base, kind: "point", name: "", detail: "", family: undefined, note: "" };
    return { ...base, kind: "box", name: task.id, detail: shortType(task.type), ...told(task.id) };
  });
  return {
    items: inOrder(groups, boxes),
    edges: edges.map(
      ({ source, target, relation }): Edge => ({
        from: source,
        to: target,
        kind: relation?.relationType === "ERROR" ? "error" : "next",
        label: relation?.value ?? "",
      }),
    ),
  };
}

/** Each group in front of what stands in it, and all in the order of the flow. */
function inOrder(groups: readonly Item[], boxes: readonly Item[]): readonly Item[] {
  const waiting = new Map(groups.map((group) => [group.id, group]));
  const ordered: Item[] = [];
  const add = (id: string | undefined) => {
    const group = id === undefined ? undefined : waiting.get(id);
    if (!group) return;
    waiting.delete(group.id);
    add(group.parent);
    ordered.push(group);
  };
  for (const box of boxes) {
    add(box.parent);
    ordered.push(box);
  }
  for (const { id } of groups) add(id);
  return ordered;
}

/** The last two words of a type, as people call it. */
export function shortType(type: string): string {
  return type.split(".").slice(-2).join(".");
}
