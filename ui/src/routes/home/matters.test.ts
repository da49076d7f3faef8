import { expect, it } from "vitest";
import { keyOf, matters } from "./matters";

const trigger = { namespace: "a", flowId: "f", triggerId: "t", due: null, since: null };
const run = { executionId: "x", namespace: "a", flowId: "f", state: "FAILED", since: "2026-01-01T00:00:00Z" } as const;
const group = { cause: "PAUSED", count: 3, since: "2026-01-01T00:00:00Z", executions: [] };

it("what is broken comes before what is late and what waits, and each has a key of its own", () => {
  const found = matters({ failedLast: [run], waiting: [group], late: [trigger], triggerErrors: [trigger] });
  expect(found.map(({ kind }) => kind)).toEqual(["broken", "failed", "late", "waiting"]);
  expect(new Set(found.map(keyOf)).size).toBe(4);
});

it("who may not see triggers is told of the rest", () => {
  expect(matters({ failedLast: [run], waiting: [], late: null, triggerErrors: null })).toHaveLength(1);
});
