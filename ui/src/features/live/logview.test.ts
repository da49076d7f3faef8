import { expect, it } from "vitest";
import type { Level, LogEntry } from "../../api/types";
import { matchesOf, rowsOf } from "./logview";

const entry = (level: Level, message: string, taskId = "a"): LogEntry => ({
  level,
  message,
  taskId,
  timestamp: "2026-11-28T00:00:00Z",
});
const log = [entry("DEBUG", "begin"), entry("INFO", "one\n  two"), entry("ERROR", "Timed out", "b")];

it("rows are of the level and above, of one task or all, one for each line", () => {
  expect(rowsOf(log, "INFO", "").map(({ message }) => message)).toEqual(["one", "  two", "Timed out"]);
  expect(rowsOf(log, "TRACE", "b").map(({ message }) => message)).toEqual(["Timed out"]);
});

it("text is found whatever its case", () => {
  expect(matchesOf(rowsOf(log, "TRACE", ""), "tIMED")).toEqual([3]);
  expect(matchesOf(log, "")).toEqual([]);
});
