import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { LogEntry } from "../../api/types";
import { useTail } from "./tail";

const line = (message: string): LogEntry => ({ message, level: "INFO", timestamp: "2026-11-28T00:00:00Z" });
const event = (id: string, data: unknown) => `id: ${id}\ndata: ${JSON.stringify(data)}\n\n`;

/** The log that the server has, and what its streams tell. */
let kept: readonly LogEntry[] = [];
let stream: ReadableStreamDefaultController<Uint8Array> | null = null;
const say = (text: string) => stream?.enqueue(new TextEncoder().encode(text));

beforeEach(() => {
  kept = [];
  stream = null;
  vi.stubGlobal("fetch", async (url: string) => {
    if (!url.includes("/follow")) return new Response(JSON.stringify(kept));
    const start = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      stream = controller;
    };
    return new Response(new ReadableStream({ start }));
  });
});
afterEach(() => vi.unstubAllGlobals());

function Shown({ isRunning }: { readonly isRunning: boolean }) {
  const { lines } = useTail("main", "1", isRunning);
  return <output>{lines.map(({ message }) => message).join("|")}</output>;
}

function tree(queries: QueryClient, isRunning: boolean) {
  return (
    <QueryClientProvider client={queries}>
      <Shown isRunning={isRunning} />
    </QueryClientProvider>
  );
}

const shown = () => screen.getByRole("status").textContent;

it("lines that come after the end of the execution are shown, and none twice", async () => {
  const queries = new QueryClient();
  const { rerender } = render(tree(queries, true));
  await waitFor(() => expect(stream).not.toBeNull());
  say(event("start", {}) + event("progress", line("first")));
  await waitFor(() => expect(shown()).toBe("first"));
  rerender(tree(queries, false));
  say(event("progress", line("last")));
  kept = [line("first"), line("last")];
  stream?.close();
  await waitFor(() => expect(shown()).toBe("first|last"));
});

it("an execution that ended is read once, without a stream", async () => {
  kept = [line("all")];
  render(tree(new QueryClient(), false));
  await waitFor(() => expect(shown()).toBe("all"));
  expect(stream).toBeNull();
});
