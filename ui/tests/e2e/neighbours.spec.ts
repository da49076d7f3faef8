/** Executions of the same flow lead to each other, and one that stands at a breakpoint goes on. */

import { expect } from "@playwright/test";
import { pageOf, test } from "../harness/proof";
import { confirm, hasState } from "../harness/words";

const two = (namespace: string) => `id: two
namespace: ${namespace}
tasks:
  - {id: first, type: io.kestra.plugin.core.debug.Return, format: a}
  - {id: second, type: io.kestra.plugin.core.debug.Return, format: b}
`;

test("the header leads to the executions before and after, in the same tab", async ({ page, api, at, namespace }) => {
  const flow = await api.flow(two(namespace));
  const [old, middle, young] = [await api.run(flow), await api.run(flow), await api.run(flow)];
  await page.goto(at(pageOf(middle, "gantt")));
  const ways = page.getByRole("navigation", { name: "Executions of this flow" });
  await ways.getByRole("link", { name: "The execution of this flow before it" }).click();
  await expect(page).toHaveURL(new RegExp(`${old.id}/gantt$`));
  await expect(ways.getByRole("button", { name: "The execution of this flow before it" })).toBeDisabled();
  await ways.getByRole("link", { name: "The execution of this flow after it" }).click();
  await expect(page).toHaveURL(new RegExp(`${middle.id}/gantt$`));
  await ways.getByRole("link", { name: "The execution of this flow after it" }).click();
  await expect(page).toHaveURL(new RegExp(`${young.id}/gantt$`));
  await expect(ways.getByRole("button", { name: "The execution of this flow after it" })).toBeDisabled();
});

test("one that stands at a breakpoint says so and goes on when it is told to", async ({ page, api, at, namespace }) => {
  const flow = await api.flow(two(namespace));
  const { id } = await api.start(flow, {}, "breakpoints=second");
  await page.goto(at(pageOf(await api.reaches(id, "BREAKPOINT"))));
  await expect(page.getByRole("region", { name: "Why it waits" })).toContainText("breakpoint");
  await page
    .getByRole("banner")
    .or(page.getByRole("main"))
    .getByRole("button", { name: "Resume from the breakpoint" })
    .first()
    .click();
  await expect(page.getByRole("dialog")).toContainText("goes on behind the breakpoint");
  await page.getByText("As a command").click();
  await expect(page.getByRole("dialog")).toContainText(`${id}/actions/resume-from-breakpoint`);
  await confirm(page, "Resume from the breakpoint");
  await hasState(page, "Success");
  expect((await api.reaches(id, "SUCCESS")).state.current).toBe("SUCCESS");
});
