import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Connection, pause } from "./connection";
import { type FromWorker, topicsOf } from "./protocol";
import { EventReader } from "./sse";

describe("events out of text", () => {
  const all = (pieces: readonly string[]) => {
    const reader = new EventReader();
    return pieces.flatMap((piece) => reader.read(piece));
  };

  it.each([
    ["one", ["id: 7\nevent: a\ndata: x\n\n"], [{ kind: "a", data: "x", id: "7" }]],
    ["cut anywhere", ["da", "ta: x", "\n", "\n"], [{ kind: "message", data: "x", id: null }]],
    ["several lines", ["data: x\ndata:y\n\n"], [{ kind: "message", data: "x\ny", id: null }]],
    ["other line breaks", ["data: x\r", "\n\r\n"], [{ kind: "message", data: "x", id: null }]],
    ["comments and nothing", [": alive\n\n", "event: a\n\n"], []],
  ])("%s", (_, pieces, events) => expect(all(pieces)).toEqual(events));
});

it("pauses grow to half a minute and never to nothing", () => {
  expect(pause(0, 0)).toBe(250);
  expect(pause(1, 1)).toBe(1000);
  expect(pause(40, 1)).toBe(30_000);
});

it.each([
  ["execution", '{"executionId":"1"}', ["executions", "execution:1"]],
  ["execution", "?", ["executions"]],
  ["log", '{"executionId":"1"}', ["logs:1"]],
  ["log", "?", []],
  ["trigger", "{}", ["triggers"]],
  ["start", "{}", []],
  ["something new", "{}", []],
])("an event %s %s is about %j", (kind, data, topics) => expect(topicsOf(kind, data)).toEqual(topics));

describe("a line", () => {
  const server = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();
  const told: FromWorker[] = [];
  const states = () => told.filter((message) => message.kind === "line").map((message) => message.line.state);
  const stream = (text: string) => new Response(text, { status: 200 });

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("fetch", server);
    server.mockReset();
    told.length = 0;
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("asks for all topics at once, tells changes, and resumes where it was", async () => {
    server.mockResolvedValueOnce(
      stream('event: start\nid: e-0\ndata: {}\n\nid: e-1\nevent: execution\ndata: {"executionId":"1"}\n\n'),
    );
    server.mockImplementation(() => new Promise(() => {}));
    const connection = new Connection((message) => told.push(message));
    connection.follow("/events", ["executions"]);
    connection.follow("/events", ["executions", "execution:1"]);
    await vi.advanceTimersByTimeAsync(50);
    expect(server.mock.calls.map(([url]) => url)).toEqual(["/events?execution=1&topics=executions"]);
    expect(told).toContainEqual({ kind: "changed", topics: ["executions", "execution:1"] });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(new Headers(server.mock.lastCall?.[1].headers).get("last-event-id")).toBe("e-1");
    expect(states()).toEqual(["connecting", "live", "waiting", "waiting"]);
  });

  it("that lost its place reads everything anew", async () => {
    server.mockResolvedValueOnce(stream("event: resync\ndata: {}\n\n"));
    server.mockImplementation(() => new Promise(() => {}));
    new Connection((message) => told.push(message)).follow("/events", ["executions"]);
    await vi.advanceTimersByTimeAsync(50);
    expect(told).toContainEqual({ kind: "reset" });
  });

  it("that was broken without a place to resume from says that something may be missing", async () => {
    server.mockRejectedValueOnce(new TypeError());
    server.mockResolvedValueOnce(stream(": hello\n\n"));
    server.mockImplementation(() => new Promise(() => {}));
    new Connection((message) => told.push(message)).follow("/events", ["executions"]);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(told).toContainEqual({ kind: "reset" });
  });

  it.each([
    [100, false],
    [5_000, true],
  ])("that begins after %d ms says that something may be missing: %s", async (late, isMissing) => {
    server.mockImplementationOnce(async () => {
      await new Promise((done) => setTimeout(done, late));
      return stream("id: e-0\nevent: start\ndata: {}\n\n");
    });
    server.mockImplementation(() => new Promise(() => {}));
    new Connection((message) => told.push(message)).follow("/events", ["executions"]);
    await vi.advanceTimersByTimeAsync(late + 100);
    expect(told.some(({ kind }) => kind === "reset")).toBe(isMissing);
  });

  it.each([
    [404, "absent"],
    [401, "signed-out"],
  ])("answered with %d is %s and rests", async (status, state) => {
    server.mockResolvedValue(new Response("", { status }));
    new Connection((message) => told.push(message)).follow("/events", ["executions"]);
    await vi.advanceTimersByTimeAsync(100_000);
    expect(states().at(-1)).toBe(state);
    expect(server).toHaveBeenCalledTimes(1);
  });

  it("that nobody listens to is let go", async () => {
    server.mockImplementation(() => new Promise(() => {}));
    const connection = new Connection((message) => told.push(message));
    connection.follow("/events", ["executions"]);
    await vi.advanceTimersByTimeAsync(50);
    connection.follow("/events", []);
    expect(server.mock.lastCall?.[1].signal?.aborted).toBe(true);
    expect(states().at(-1)).toBe("idle");
  });
});
