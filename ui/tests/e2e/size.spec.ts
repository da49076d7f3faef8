/** Scenario 14: very large flows and loops are opened, unfolded where something failed, and one task run is looked at. */

import { type Page, expect as soon } from "@playwright/test";
import type { Api } from "../harness/api";
import { pageOf, signIn, test } from "../harness/proof";

/** Each answer is made from 100,000 task runs, and a program built for debugging takes its time. */
const expect = soon.configure({ timeout: 60_000 });

const TASKS = 5_000;
const ITERATIONS = 10_000;

/** What the seed made: one flow, one execution of it. */
const SEEDED = { namespace: "company.data", id: "resize-pictures" };

const rows = (page: Page) => page.getByRole("treegrid", { name: "Task runs" });

async function count(page: Page): Promise<number> {
  return Number(await rows(page).getAttribute("aria-rowcount"));
}

/** Unfolds only what failed of a loop, as people do. */
async function unfoldFailed(page: Page, loop: string): Promise<void> {
  await page.getByRole("button", { name: `What is unfolded of ${loop}` }).click();
  await page.getByRole("menuitemcheckbox", { name: /^Only Failed/ }).click();
  await page.keyboard.press("Escape");
}

test("of a loop of 100,000 iterations what failed is unfolded, and one of them is looked at", async ({ own }) => {
  test.setTimeout(300_000);
  const { server, api, page } = await own({ seed: "loop" });
  await signIn(page, server.ui);
  const execution = await api.lastOf(SEEDED);
  const sizes: number[] = [];
  page.on("response", async (response) => {
    if (response.url().includes("/tree?")) sizes.push((await response.body()).length);
  });
  await page.goto(`${server.ui}main/${pageOf(execution, "gantt")}`);
  await expect(rows(page).getByRole("row", { name: /each/ })).toContainText("99,997");
  await expect.poll(() => count(page)).toBe(1);

  await unfoldFailed(page, "each");
  await expect.poll(() => count(page)).toBe(4);
  await expect(page).toHaveURL(/open=\w+~FAILED/);
  const failed = rows(page).getByRole("row", { name: /picture 38044/ });
  await failed.click();
  const panel = page.getByRole("complementary", { name: "Task run picture 38044" });
  await expect(panel.getByRole("region", { name: "Why it failed" })).toContainText("unexpected end of file");
  await expect(panel.getByRole("region", { name: "Log" })).toContainText("picture begins");
  await expect(panel.getByRole("button", { name: "Replay from here" })).toBeEnabled();

  // A link leads whoever gets it to the same.
  await page.goto(page.url());
  await expect(panel).toContainText("Failed");
  await expect.poll(() => count(page)).toBe(4);

  // All of them are rows, of which windows are loaded: never more than a few hundred at once.
  await panel.getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "What is unfolded of each" }).click();
  await page.getByRole("menuitemcheckbox", { name: "All" }).click();
  await page.keyboard.press("Escape");
  await expect.poll(() => count(page)).toBe(100_001);
  await rows(page).getByRole("row").first().focus();
  await page.keyboard.press("End");
  await expect(rows(page).getByRole("row", { name: /picture 99999/ })).toBeFocused();
  expect(await rows(page).getByRole("row").count()).toBeLessThan(100);
  expect(Math.max(...sizes)).toBeLessThan(200_000);
});

async function looped(api: Api, namespace: string) {
  const flow = await api.flow(`id: many
namespace: ${namespace}
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(0, ${ITERATIONS - 1}) }}"
    concurrencyLimit: 0
    tasks:
      - id: item
        type: io.kestra.plugin.core.execution.Fail
        condition: "{{ taskrun.value == '4711' }}"
        errorMessage: number {{ taskrun.value }} is broken
`);
  return api.start(flow);
}

test("a loop is followed while it runs, and a range of it is unfolded", async ({ page, api, at, namespace }) => {
  test.setTimeout(240_000);
  const execution = await looped(api, namespace);
  await page.goto(at(pageOf(execution, "gantt")));
  const loop = rows(page).getByRole("row", { name: /each/ });
  await expect(loop).toBeVisible();
  await expect(page.getByRole("main").getByText("Failed", { exact: true }).first()).toBeVisible({ timeout: 180_000 });
  await expect(loop).toContainText("9,999");

  await page.getByRole("button", { name: "What is unfolded of each" }).click();
  await page.getByRole("menuitem", { name: "Some iterations…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("First iteration").fill("4710");
  await dialog.getByLabel("Last iteration").fill("4712");
  await dialog.getByRole("button", { name: "Unfold" }).click();
  await expect.poll(() => count(page)).toBe(4);
  await loop.focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  const panel = page.getByRole("complementary", { name: "Task run item 4711" });
  await expect(panel).toContainText("number 4711 is broken");
  await page.keyboard.press("Escape");
  await expect(panel).toBeHidden();
  await expect(rows(page).getByRole("row", { name: /item 4711/ })).toBeFocused();

  // The state of this one alone is changed, and the execution goes on from there to a good end.
  await page.keyboard.press("Enter");
  await panel.getByRole("button", { name: "Change status" }).click();
  await dialog.getByLabel("New status").selectOption("SUCCESS");
  await dialog.getByRole("button", { name: "Change status" }).click();
  await expect(page.getByRole("main").getByText("Success", { exact: true }).first()).toBeVisible();
  expect((await api.reaches(execution.id, "SUCCESS")).state.current).toBe("SUCCESS");
});

test("the topology of a flow of 5,000 tasks is there at once and can be moved", async ({
  page,
  api,
  at,
  namespace,
}) => {
  test.setTimeout(180_000);
  const groups = Array.from({ length: 50 }, (_, group) => {
    const tasks = Array.from(
      { length: TASKS / 50 - 1 },
      (_, task) => `      - {id: t${group}_${task}, type: io.kestra.plugin.core.debug.Return, format: a}`,
    );
    return `  - id: group${group}\n    type: io.kestra.plugin.core.flow.Sequential\n    tasks:\n${tasks.join("\n")}`;
  });
  const flow = await api.flow(`id: wide\nnamespace: ${namespace}\ntasks:\n${groups.join("\n")}\n`);
  await page.goto(at(`flows/edit/${flow.namespace}/${flow.id}/topology`));
  const tasks = page.getByRole("tree", { name: "Tasks" });
  await expect(tasks.getByRole("treeitem", { name: /group49/ }).first()).toBeVisible();
  // Groups are folded at first, and what is in one is made when it is opened.
  expect(await tasks.getByRole("treeitem").count()).toBeLessThan(200);
  await tasks
    .getByRole("treeitem", { name: /group0/ })
    .first()
    .press("ArrowRight");
  await expect(tasks.getByRole("treeitem", { name: /t0_98/ })).toBeAttached();
  await page.getByRole("button", { name: "Unfold all groups" }).click();
  await page.getByRole("button", { name: "Show all" }).click();
  await page.getByRole("button", { name: "Zoom in" }).click();
});
