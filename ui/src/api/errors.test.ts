import { describe, expect, it } from "vitest";
import { asMarkdown, problem } from "./errors";

describe("the body of an answer", () => {
  it("gives the message and each violation", () => {
    const body = { message: "Invalid entity: bad", _embedded: { errors: [{ message: "bad", path: "tasks[0].id" }] } };
    const found = problem(422, JSON.stringify(body), "POST flows", null);
    expect(found.message).toBe("Invalid entity: bad");
    expect(found.violations).toEqual([{ message: "bad", path: "tasks[0].id" }]);
    expect(asMarkdown(found)).toContain("`tasks[0].id`: bad");
  });

  it("gives the items that a request for many refuses", () => {
    const body = { message: "invalid bulk kill", invalids: [{ message: "not found", invalidValue: "1" }] };
    expect(problem(400, JSON.stringify(body), "", null).violations).toEqual([{ message: "not found" }]);
  });

  it.each(["<html>bad gateway</html>", "", "[]"])("may be %j, which says nothing but its status", (text) => {
    expect(problem(502, text, "", null).message).toBe("HTTP 502");
  });

  it("says how long to wait", () => {
    expect(problem(429, "{}", "", "7").retryAfterSeconds).toBe(7);
    expect(problem(429, "{}", "", "soon").retryAfterSeconds).toBeNull();
  });
});
