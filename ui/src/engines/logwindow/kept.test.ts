import { expect, it, vi } from "vitest";
import { KeptLines } from "./kept";

interface Line {
  readonly timestamp: string;
  readonly message: string;
}

/** A log on a server, and the requests that it got. */
function server(count: number) {
  const said = (second: number, message = String(second)): Line => ({
    timestamp: new Date(second * 1_000).toISOString(),
    message,
  });
  const log = Array.from({ length: count }, (_, second) => said(second));
  const asked: number[] = [];
  const load = async (from: number, wanted: number) => {
    asked.push(from);
    const first = from < 0 ? Math.max(0, log.length + from) : from;
    return { from: first, total: log.length, rows: log.slice(first, first + wanted) };
  };
  const onError = vi.fn();
  const lines = new KeptLines<Line>(load, { onChange: () => {}, onError });
  return { log, said, asked, lines, onError };
}

const quiet = () => new Promise((done) => setTimeout(done));

it("opens at the end with one request, and goes anywhere with one more", async () => {
  const { lines, asked } = server(1_000_000);
  lines.open(null);
  await quiet();
  expect(lines.line(999_999)?.message).toBe("999999");
  lines.see(499_980, 500_020);
  await quiet();
  expect(lines.line(500_019)?.message).toBe("500019");
  lines.see(499_900, 499_940);
  await quiet();
  expect(asked).toHaveLength(2);
});

it("a line that came late stands where the server has it, once", async () => {
  const { lines, log, said } = server(10);
  lines.open(null);
  await quiet();
  lines.see(0, 10);
  log.splice(8, 0, said(7, "late"));
  log.push(said(10));
  lines.news();
  await quiet();
  const all = Array.from({ length: lines.total ?? 0 }, (_, index) => lines.line(index)?.message);
  expect(all).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "late", "8", "9", "10"]);
});

it("news while a request is under way are not lost", async () => {
  const { lines, log, said } = server(3);
  lines.open(null);
  log.push(said(3), said(4));
  lines.news();
  await quiet();
  log.push(said(5));
  lines.see(0, 3);
  lines.news();
  lines.news();
  await quiet();
  expect(lines.total).toBe(6);
});

it("what was not looked at for long is let go", async () => {
  const { lines } = server(100_000);
  lines.open(0);
  await quiet();
  for (let first = 0; first < 40_000; first += 400) {
    lines.see(first, first + 400);
    await quiet();
  }
  expect(lines.line(39_999)?.message).toBe("39999");
  expect(lines.line(0)).toBeUndefined();
});

it("a server that is away is told, and asked again when something happened", async () => {
  const { log, said } = server(1);
  let isAway = true;
  const onError = vi.fn();
  const load = async () => {
    if (isAway) throw new Error("away");
    return { from: 0, total: log.length, rows: log };
  };
  const lines = new KeptLines<Line>(load, { onChange: () => {}, onError });
  lines.open(null);
  await quiet();
  expect(onError).toHaveBeenCalledOnce();
  isAway = false;
  log.push(said(1));
  lines.news();
  await quiet();
  expect(lines.total).toBe(2);
});
