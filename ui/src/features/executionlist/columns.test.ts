import { describe, expect, it } from "vitest";
import { possible } from "../../api/executions";
import { STATES, type State, type TaskRun } from "../../api/types";
import { telling } from "./columns";

const run = (id: string, current: State, parentTaskRunId?: string): TaskRun => ({
  id,
  taskId: id,
  ...(parentTaskRunId ? { parentTaskRunId } : {}),
  state: { current, startDate: "2026-11-28T00:00:00Z" },
});

describe("the task run that says where an execution stands", () => {
  it.each<[string, readonly TaskRun[], string | undefined]>([
    ["failed inside, not its group", [run("group", "FAILED"), run("task", "FAILED", "group")], "task"],
    ["failed before what still runs", [run("a", "FAILED"), run("b", "RUNNING")], "a"],
    ["runs last", [run("a", "RUNNING"), run("b", "PAUSED"), run("c", "SUCCESS")], "b"],
    ["is none when all went well", [run("a", "SUCCESS")], undefined],
  ])("%s", (_, runs, id) => expect(telling(runs)?.id).toBe(id));
});

it("no action is offered that the server refuses for sure", () => {
  const states = (verb: Parameters<typeof possible>[1]) => STATES.filter((state) => possible(state, verb));
  expect(states("resume")).toEqual(["PAUSED"]);
  expect(states("unqueue")).toEqual(["QUEUED"]);
  expect(states("pause")).toEqual(["RUNNING"]);
  expect(states("replay")).toEqual(["SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED"]);
  expect(states("kill")).not.toContain("SUCCESS");
  expect(states("restart")).not.toContain("KILLED");
});
