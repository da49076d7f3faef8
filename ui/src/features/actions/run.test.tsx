import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { useAction } from "./run";

function Saved({ read }: { readonly read: () => Promise<string> }) {
  const found = useQuery({ queryKey: ["views", "list"], queryFn: read });
  const saving = useAction({ act: async () => {}, changes: ["views"] });
  return (
    <>
      <button type="button" onClick={() => saving.mutate(undefined)}>
        Save
      </button>
      <p>{found.data ?? "pending"}</p>
    </>
  );
}

it("what was asked for before something was changed, and is answered after it, is read anew", async () => {
  let answer = (_: string) => {};
  const read = vi.fn(async () => "with what was saved");
  read.mockImplementationOnce(
    () =>
      new Promise<string>((done) => {
        answer = done;
      }),
  );
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Saved read={read} />
    </QueryClientProvider>,
  );
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  await act(async () => answer("from before"));
  expect(await screen.findByText("with what was saved")).toBeTruthy();
});
