import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { TooltipProvider } from "../../kit/tooltip";
import { below, Values } from "./values";

it.each([
  ["outputs", "task", "outputs.task"],
  ["outputs", "my-task", "outputs['my-task']"],
  ["outputs", "it's", "outputs['it\\'s']"],
  ["outputs.list", 3, "outputs.list[3]"],
])("below %s, %s is reached by %s", (root, key, expression) => expect(below(root, key)).toBe(expression));

it("branches are made when they are opened, and of long lists the first are shown", async () => {
  const values = { list: Array.from({ length: 1_200 }, (_, index) => `item ${index}`), file: "kestra:///a/b/x.csv" };
  render(
    <QueryClientProvider client={new QueryClient()}>
      <TooltipProvider>
        <Values label="Outputs" values={values} root="outputs" tenant="main" execution="1" />
      </TooltipProvider>
    </QueryClientProvider>,
  );
  expect(screen.queryByText("item 0")).toBeNull();
  await userEvent.click(screen.getByText("1,200 items"));
  expect(screen.getByText("item 199")).toBeTruthy();
  expect(screen.queryByText("item 200")).toBeNull();
  expect(screen.getByText("1,000 more")).toBeTruthy();
  expect(screen.getByRole("link", { name: "x.csv" }).getAttribute("href")).toContain(
    "/api/v1/main/executions/1/file?path=kestra%3A%2F%2F%2Fa%2Fb%2Fx.csv",
  );
});
