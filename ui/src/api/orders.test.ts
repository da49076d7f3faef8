import { describe, expect, it } from "vitest";
import { asCommand, type Order, orders } from "./orders";

const ORIGIN = "http://host";
const command = (order: Order, secret: readonly string[] = []) => asCommand(order, ORIGIN, new Set(secret));

describe("an order as a command", () => {
  it.each<[string, Order, string]>([
    ["a kill says whether children go with it", orders.kill("main", "a", true), "DELETE"],
    ["a restart names its revision", orders.restart("main", "a", 3), "actions/restart?revision=3'"],
    ["one of the same revision names none", orders.restart("main", "a"), "actions/restart'"],
    ["a replay names where it begins", orders.replay("main", "a", { from: "r" }), "actions/replay?taskRunId=r'"],
    [
      "a replay with other inputs has its own address",
      orders.replay("main", "a", { inputs: { day: "x" } }),
      "actions/replay-with-inputs' \\\n  --form-string 'day=x'",
    ],
    [
      "the state of one task run travels as JSON",
      orders.changeTaskState("main", "a", "r", "SUCCESS"),
      `--data-raw '{"taskRunId":"r","state":"SUCCESS"}'`,
    ],
    ["inputs travel as a form", orders.resume("main", "a", { day: "x" }), "resume' \\\n  --form-string 'day=x'"],
  ])("%s", (_, order, part) => expect(command(order)).toContain(part));

  it("cannot end the quotes of the shell", () => {
    expect(command(orders.resume("main", "a", { why: "it's $HOME" }))).toContain(`'why=it'\\''s $HOME'`);
  });

  it("never has the value of a secret", () => {
    const text = command(orders.resume("main", "a", { word: "tell no one" }), ["word"]);
    expect(text).not.toContain("tell no one");
    expect(text).toContain("word=…");
  });
});
