import { expect, it } from "vitest";
import type { TriggerRow } from "../../api/triggers";
import type { Execution, LatestExecution, State } from "../../api/types";
import { matters } from "./attention";

const NOW = Date.parse("2026-01-01T12:00:00Z");
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();
const run = (status: State): LatestExecution => ({
  id: "x",
  namespace: "a",
  flowId: "f",
  startDate: ago(1),
  status,
});
const waiting = (minutes: number): Execution => ({
  id: "x",
  namespace: "a",
  flowId: "f",
  flowRevision: 1,
  state: { current: "QUEUED", startDate: ago(100), histories: [{ state: "QUEUED", date: ago(minutes) }] },
});
const trigger = (minutes: number, disabled = false, locked = false): TriggerRow => ({
  state: { namespace: "a", flowId: "f", triggerId: "t", disabled, locked, nextEvaluationDate: ago(minutes) },
});

it("flows that failed last need somebody, others do not", () => {
  expect(matters([run("FAILED"), run("SUCCESS"), run("RUNNING")], [], [], NOW)).toHaveLength(1);
});

it("waiting is told after five minutes in the same state", () => {
  expect(matters([], [waiting(4), waiting(6)], [], NOW)).toHaveLength(1);
});

it("a trigger is late a minute after its time, unless it is switched off or held", () => {
  const triggers = [trigger(0.5), trigger(2), trigger(2, true), trigger(2, false, true), trigger(-5)];
  expect(matters([], [], triggers, NOW)).toHaveLength(1);
});
