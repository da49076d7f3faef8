import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { address, client, of, onSignedOut } from "./client";
import { Problem } from "./errors";

const answers = vi.fn<(input: string, init: RequestInit) => Promise<Response>>();

beforeEach(() => {
  document.head.innerHTML = '<base href="/prefix/ui/"><meta name="csrf-token" content="of-page">';
  vi.stubGlobal("fetch", answers);
  answers.mockReset();
});
afterEach(() => vi.unstubAllGlobals());

it("addresses lie beside the page, behind any prefix, with every part escaped", () => {
  expect(address(of("main", "flows", "company.team", "a b/c"))).toBe(
    "/prefix/api/v1/main/flows/company.team/a%20b%2Fc",
  );
  expect(address("x", [["filters[q][EQUALS]", "a&b"]])).toBe("/prefix/x?filters%5Bq%5D%5BEQUALS%5D=a%26b");
});

it("changes carry the token, reads do not; the cookie beats the page", async () => {
  answers.mockImplementation(async () => new Response("{}"));
  const token = () => new Headers(answers.mock.lastCall?.[1].headers).get("x-csrf-token");
  await client.post("x");
  expect(token()).toBe("of-page");
  // biome-ignore lint/suspicious/noDocumentCookie: the cookie store does not exist over plain HTTP.
  document.cookie = "csrfToken=of-cookie";
  await client.delete("x");
  expect(token()).toBe("of-cookie");
  await client.get("x");
  expect(token()).toBeNull();
});

it("a session that ended is told once, a wrong password is not", async () => {
  const ended = vi.fn();
  onSignedOut(ended);
  answers.mockImplementation(async () => new Response('{"message":"Unauthorized"}', { status: 401 }));
  await expect(client.get("x")).rejects.toThrow("Unauthorized");
  await expect(client.post("login", { isSigningIn: true })).rejects.toThrow("Unauthorized");
  expect(ended).toHaveBeenCalledTimes(1);
});

it("a server that does not answer is a problem without status", async () => {
  answers.mockRejectedValue(new TypeError("failed"));
  await expect(client.get("x")).rejects.toSatisfy((error) => error instanceof Problem && error.isUnreachable);
});

it("an empty answer is nothing", async () => {
  answers.mockResolvedValue(new Response(null, { status: 204 }));
  await expect(client.delete("x")).resolves.toBeUndefined();
});
