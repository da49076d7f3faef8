/** Logs: scenario 13 on a long one, and what a log shows of its lines. */

import { expect, type Locator, type Page } from "@playwright/test";
import { pageOf, test } from "../harness/proof";

/** A million is measured by hand; so many are there in seconds. */
const LINES = 200_000;

const long = (namespace: string) => `id: long
namespace: ${namespace}
tasks:
  - id: count
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner:
      type: io.kestra.plugin.core.runner.Process
    commands:
      - |
        awk 'BEGIN { for (i = 1; i <= ${LINES}; i++) print "line " i " of ${LINES}" (i % 1000 == 7 ? ", a needle" : "") }'
`;

const logOf = (page: Page) => page.getByRole("log", { name: "Logs" });

/** The row of the line that is meant. */
const chosen = (page: Page) => page.getByRole("region", { name: /^Line [\d,]+$/ });

/** How many windows of lines a page asked for. */
function windowsOf(page: Page): () => number {
  let count = 0;
  page.on("request", (request) => {
    if (request.url().includes("/window?")) count += 1;
  });
  return () => count;
}

async function isInSight(row: Locator, log: Locator): Promise<void> {
  await expect(row).toBeVisible();
  await expect
    .poll(async () => {
      const [inner, outer] = [await row.boundingBox(), await log.boundingBox()];
      return inner !== null && outer !== null && inner.y >= outer.y && inner.y + inner.height <= outer.y + outer.height;
    })
    .toBe(true);
}

test("of a long log any line is one request away, found, and opened elsewhere by its link", async ({
  page,
  another,
  api,
  at,
  namespace,
}) => {
  test.slow();
  const execution = await api.run(await api.flow(long(namespace)));
  const windows = windowsOf(page);
  await page.goto(at(pageOf(execution, "logs")));
  const log = logOf(page);
  await expect(log).toContainText(`line ${LINES} of ${LINES}`);
  expect(windows()).toBe(1);

  const find = page.getByRole("searchbox", { name: "Find in the log" });
  await find.fill(`:${LINES / 2}`);
  await find.press("Enter");
  await expect(chosen(page)).toBeVisible();
  const middle = await chosen(page).getAttribute("aria-label");
  expect(middle).toBe("Line 100,000");
  await expect(log).toContainText(/line (99999|100000|100001) of/);
  expect(windows()).toBe(2);

  await find.fill("a needle");
  await expect(page.getByText("200 found")).toBeVisible();
  await log.focus();
  for (let step = 0; step < 3; step += 1) {
    const before = page.url();
    await log.press("n");
    await expect.poll(() => page.url()).not.toBe(before);
  }
  await expect(page.getByText("103 of 200")).toBeVisible();
  const match = log.locator("mark", { hasText: "a needle" });
  await expect(match).toHaveCount(1);
  await isInSight(log.getByText("line 102007 of"), log);

  await page.getByRole("button", { name: "Copy the link to this line" }).click();
  await expect(page.getByText("Copied", { exact: true })).toBeVisible();
  const link = page.url();
  expect(link).toMatch(/find=a%20needle#L\d+$/);

  const elsewhere = await (await another()).newPage();
  await elsewhere.goto(link);
  await isInSight(logOf(elsewhere).getByText("line 102007 of"), logOf(elsewhere));
  const number = await chosen(page).getAttribute("aria-label");
  expect(await chosen(elsewhere).getAttribute("aria-label")).toBe(number);
});

const mixed = (namespace: string) => `id: mixed
namespace: ${namespace}
tasks:
  - id: colours
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner:
      type: io.kestra.plugin.core.runner.Process
    commands:
      - printf '\\033[31mred words\\033[0m and plain ones, see https://example.test/page\\n'
  - id: fields
    type: io.kestra.plugin.core.log.Log
    message: '{% raw %}{"user": "anna", "sum": 12}{% endraw %}'
  - id: trace
    type: io.kestra.plugin.core.log.Log
    level: ERROR
    message: "Something broke\\n  at the first place\\n  at the second place"
  - id: quiet
    type: io.kestra.plugin.core.log.Log
    level: DEBUG
    message: said quietly
`;

test("a log shows colours, unfolds what is folded, and is used with keys", async ({ page, api, at, namespace }) => {
  const execution = await api.run(await api.flow(mixed(namespace)));
  await page.goto(at(pageOf(execution, "logs")));
  const log = logOf(page);
  await expect(log.getByText("red words", { exact: true })).toHaveCSS("color", /rgb\(1[67]\d, 1\d, 2\d\)/);
  await expect(log.getByRole("link", { name: "https://example.test/page" })).toBeVisible();
  await expect(log).not.toContainText("at the second place");
  await expect(log).not.toContainText("said quietly");

  await log.focus();
  await log.press("End");
  const find = page.getByRole("searchbox", { name: "Find in the log" });
  await log.press("/");
  await expect(find).toBeFocused();
  await find.fill("/second pl.ce/");
  await find.press("Enter");
  await expect(page.getByText("1 found")).toBeVisible();
  await find.press("Enter");
  await expect(page.getByText("1 of 1")).toBeVisible();
  // What matches is shown, though it was folded away.
  await expect(log.locator("mark")).toHaveText("second place");
  await log.press("Enter");
  await expect(log).not.toContainText("at the second place");

  await find.fill("/(/");
  await expect(page.getByText(/is no regular expression/)).toBeVisible();
  await find.fill("");

  const fields = log.locator(".log-row", { hasText: '"anna"' });
  await fields.getByRole("button", { name: "2 more" }).click();
  await expect(log).toContainText("user: anna");

  await page.getByRole("combobox", { name: "Level" }).selectOption("ERROR");
  await expect(log).not.toContainText("anna");
  await log.getByText("Something broke").click();
  await expect(chosen(page)).toHaveAttribute("aria-label", "Line 1");
  await page.getByRole("button", { name: "Show what is around it" }).click();
  await expect(log).toContainText("said quietly");
  await expect(chosen(page)).not.toHaveAttribute("aria-label", "Line 1");
  await expect(page.locator("[data-current]")).toContainText("Something broke");
});

test("who scrolls up stays there, and is told what came", async ({ page, api, at, namespace }) => {
  const flow = await api.flow(`id: slow
namespace: ${namespace}
tasks:
  - id: much
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner:
      type: io.kestra.plugin.core.runner.Process
    commands:
      - seq -f 'number %g.' 1 300
  - id: ask
    type: io.kestra.plugin.core.flow.Pause
  - id: more
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner:
      type: io.kestra.plugin.core.runner.Process
    commands:
      - seq -f 'number %g.' 301 600
`);
  const started = await api.start(flow);
  const execution = await api.reaches(started.id, "PAUSED");
  await page.goto(at(pageOf(execution, "logs")));
  const log = logOf(page);
  await expect(log.getByText("number 300.")).toBeVisible();
  await log.focus();
  await log.press("PageUp");
  await expect(log.getByText("number 300.")).toBeHidden();
  await api.call("POST", `executions/${execution.id}/resume`);
  const button = page.getByRole("button", { name: /new lines$/ });
  await expect(button).toBeVisible();
  await expect(log).not.toContainText("number 600.");
  await button.click();
  await expect(log.getByText("number 600.")).toBeVisible();
  await expect(button).toBeHidden();
});
