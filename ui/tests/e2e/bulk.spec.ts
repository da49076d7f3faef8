/** Scenario 9: one action on very many executions. What it will do is told before, what it did not do is told after. */

import { expect, type Page } from "@playwright/test";
import type { Api, FlowName } from "../harness/api";
import { test } from "../harness/proof";

const flow = (namespace: string, id: string, task: string) => `id: ${id}
namespace: ${namespace}
tasks:
  - id: only
    type: io.kestra.plugin.core.${task}
`;
const WAITS = "flow.Pause";
const WORKS = "log.Log\n    message: fine";
const FAILS = "execution.Fail";

/** Requests under way at the same time. */
const ABREAST = 20;

/** Starts so many executions, and says when all of them are in one state. */
async function start(api: Api, name: FlowName, count: number, state: string): Promise<void> {
  let left = count;
  const starting = async () => {
    while (left > 0) {
      left -= 1;
      await api.start(name);
    }
  };
  await Promise.all(Array.from({ length: ABREAST }, starting));
  const { namespace, id } = name;
  const query = `filters[namespace][EQUALS]=${namespace}&filters[flowId][EQUALS]=${id}&filters[state][IN]=${state}&size=1`;
  const found = () => api.call<{ total: number }>("GET", `executions/search?${query}`);
  await expect.poll(async () => (await found()).total, { timeout: 120_000 }).toBe(count);
}

/** Selects what the filter of the list finds, not only its page. */
async function selectAll(page: Page, count: string): Promise<void> {
  await page.getByRole("checkbox", { name: "Select all rows of this page" }).click();
  await page.getByRole("button", { name: `Select all ${count}` }).click();
  await expect(page.getByRole("region", { name: `${count} selected` })).toBeVisible();
}

test("of 1,000 that a query selects 40 cannot be killed: the preview says so, and the report lists them", async ({
  page,
  api,
  at,
  namespace,
}) => {
  test.setTimeout(300_000);
  await start(api, await api.flow(flow(namespace, "done", WORKS)), 40, "SUCCESS");
  await start(api, await api.flow(flow(namespace, "waits", WAITS)), 960, "PAUSED");
  await page.goto(at(`executions?filters[namespace][EQUALS]=${namespace}`));
  await expect(page.getByText("1,000 found")).toBeVisible();
  await selectAll(page, "1,000");
  await page.getByRole("button", { name: "Kill", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Kill: 1,000 executions" });
  const preview = dialog.getByRole("region", { name: "What will be done" });
  await expect(preview).toContainText("960 will be done, 40 will be skipped.");
  await expect(preview.getByRole("listitem").filter({ hasText: "Success" })).toContainText(
    "it is in state SUCCESS, to which this cannot be done",
  );
  await dialog.getByRole("button", { name: "Kill 960" }).click();
  await expect(dialog.getByRole("status").filter({ hasText: "Done." })).toContainText(
    "1,000 of 1,000: 960 done, 40 skipped, 0 failed, 0 unknown.",
    { timeout: 120_000 },
  );
  const report = dialog.getByRole("region", { name: "What became of each" });
  await expect(report.getByRole("listitem")).toHaveCount(40);
  await expect(report.getByRole("listitem").filter({ hasText: "done" })).toHaveCount(40);
  await report.getByRole("combobox", { name: "What is shown" }).selectOption("Done");
  await expect(report.getByRole("listitem").filter({ hasText: "waits" })).toHaveCount(100);
  await report.getByRole("button", { name: "Show more" }).click();
  await expect(report.getByRole("listitem")).toHaveCount(200);
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await expect(page.getByRole("region", { name: /selected/ })).toBeHidden();
});

test("labels and a status are asked for first, and looked at with what was said", async ({
  page,
  api,
  at,
  namespace,
}) => {
  const works = await api.flow(flow(namespace, "works", WORKS));
  const waits = await api.flow(flow(namespace, "waits", WAITS));
  const fails = await api.flow(flow(namespace, "fails", FAILS));
  await Promise.all([start(api, works, 2, "SUCCESS"), start(api, fails, 2, "FAILED"), start(api, waits, 1, "PAUSED")]);
  await page.goto(at(`executions?filters[namespace][EQUALS]=${namespace}`));
  const more = async (action: string) => {
    await page.getByRole("checkbox", { name: "Select all rows of this page" }).click();
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: action }).click();
  };
  const dialog = page.getByRole("dialog");

  await more("Labels");
  await expect(dialog.getByRole("button", { name: "Labels" })).toBeDisabled();
  await dialog.getByLabel("Labels").fill("looked");
  await expect(dialog.getByText("looked is no key:value")).toBeVisible();
  await dialog.getByLabel("Labels").fill("looked:at, by:anna");
  await dialog.getByRole("button", { name: "Labels 4" }).click();
  await expect(dialog.getByRole("status").filter({ hasText: "Done." })).toContainText("4 done, 1 skipped");
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await expect(page.getByRole("link", { name: "looked: at" })).toHaveCount(4);

  await more("Change status");
  await dialog.getByLabel("New status").selectOption("Cancelled");
  await dialog.getByRole("button", { name: "Change status 4" }).click();
  await expect(dialog.getByRole("status").filter({ hasText: "Done." })).toContainText("4 done, 1 skipped");
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await expect(page.getByRole("cell", { name: "Cancelled" })).toHaveCount(4);
});
