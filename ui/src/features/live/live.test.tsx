import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { Line } from "../../api/events/protocol";
import { useCatchUp } from "./live";

const stream = vi.hoisted(() => ({
  line: { state: "connecting", heard: null } as Line,
  watchers: new Set<() => void>(),
}));
vi.mock("../../api/events/stream", () => ({
  currentLine: () => stream.line,
  watchLine: (watcher: () => void) => {
    stream.watchers.add(watcher);
    return () => stream.watchers.delete(watcher);
  },
  subscribe: () => () => {},
}));

function become(state: Line["state"]): Promise<void> {
  return act(async () => {
    stream.line = { state, heard: null };
    for (const watcher of stream.watchers) watcher();
  });
}

function Shown({ read }: { readonly read: () => Promise<string> }) {
  const found = useQuery({ queryKey: ["state"], queryFn: read });
  useCatchUp(["state"], found.data === "RUNNING");
  return <p>{found.data}</p>;
}

it("what moved before the stream began is read when it begins, and what has ended is not", async () => {
  const read = vi.fn(async () => "ENDED");
  read.mockResolvedValueOnce("RUNNING");
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Shown read={read} />
    </QueryClientProvider>,
  );
  await screen.findByText("RUNNING");
  await become("live");
  await screen.findByText("ENDED");
  await become("waiting");
  await become("live");
  expect(read).toHaveBeenCalledTimes(2);
});
