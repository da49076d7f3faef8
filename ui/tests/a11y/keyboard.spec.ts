/** Everything by keyboard: a flow is made, run, seen to fail, mended and run again without a mouse. */

import { expect, type Page } from "@playwright/test";
import { test } from "../harness/proof";
import { editor, hasState } from "../harness/words";

const STEPS_MAX = 60;

/** What has the focus, by the name that a screen reader tells. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const label = document.activeElement?.getAttribute("aria-label");
    const copy = document.activeElement?.cloneNode(true) as Element | undefined;
    for (const hidden of copy?.querySelectorAll("[aria-hidden=true]") ?? []) hidden.remove();
    return (label ?? copy?.textContent ?? "").trim();
  });
}

/** Goes on with Tab until something of this name has the focus. Whoever cannot get there is told where it ended. */
async function reach(page: Page, name: string, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
  for (let step = 0; step < STEPS_MAX; step += 1) {
    if ((await focused(page)) === name) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${STEPS_MAX} times ${key} did not lead to ${name}, but to ${await focused(page)}`);
}

/** Puts a text in place of what is in the editor, which has to have the focus, and leaves it again. */
async function write(page: Page, text: string): Promise<void> {
  await page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Control+V");
}

const flow = (namespace: string, task: string) => `id: by_keyboard
namespace: ${namespace}
tasks:
  - id: only
    type: ${task}
`;
const FAILS = "io.kestra.plugin.core.execution.Fail\n    errorMessage: broken";
const WORKS = "io.kestra.plugin.core.log.Log\n    message: mended";

test("a flow is created, run, seen to fail, fixed and run again by keyboard alone", async ({
  page,
  context,
  at,
  namespace,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(at("flows"));
  await page.getByRole("heading", { name: "Flows", exact: true }).waitFor();

  await test.step("create", async () => {
    await page.keyboard.press("n");
    await expect(editor(page, "New flow")).toBeVisible();
    await reach(page, "New flow");
    await write(page, flow(namespace, FAILS));
    await expect(editor(page, "New flow")).toContainText("broken");
    // Tab indents here; after Escape it goes on.
    await page.keyboard.press("Escape");
    await reach(page, "Create", "Shift+Tab");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 1 })).toContainText("by_keyboard");
  });
  await test.step("run", async () => {
    await reach(page, "Execute");
    await page.keyboard.press("Enter");
    await reach(page, "Execute");
    await page.keyboard.press("Enter");
    await hasState(page, "Failed");
  });
  await test.step("see why", async () => {
    await expect(page.getByRole("log")).toContainText("broken");
    await page.keyboard.press("1");
    await expect(page.getByRole("region", { name: "Why it failed" })).toBeVisible();
    await reach(page, "Edit the flow");
    await page.keyboard.press("Enter");
    await expect(editor(page, /Source of/)).toBeVisible();
  });
  await test.step("fix", async () => {
    await reach(page, "Source of by_keyboard");
    await write(page, flow(namespace, WORKS));
    await page.keyboard.press("Control+S");
    await expect(page.getByText("Saved as revision 2.").first()).toBeVisible();
    await page.keyboard.press("Escape");
    await reach(page, "Execute", "Shift+Tab");
    await page.keyboard.press("Enter");
    await page.getByText("This flow has no inputs.").waitFor();
    await reach(page, "Execute");
    await page.keyboard.press("Enter");
    await hasState(page, "Success");
    await expect(page.getByRole("log")).toContainText("mended");
  });
});

test("the way of the focus begins with a link to the content, and the palette gives it back", async ({ page, at }) => {
  await page.goto(at("flows"));
  await page.getByRole("heading", { name: "Flows", exact: true }).waitFor();
  await page.keyboard.press("Tab");
  expect(await focused(page)).toBe("Skip to the content");
  await reach(page, "Search");
  await page.keyboard.press("Control+K");
  await expect(page.getByRole("combobox", { name: "Search" })).toBeFocused();
  await page.keyboard.press("Escape");
  expect(await focused(page)).toBe("Search");
});
