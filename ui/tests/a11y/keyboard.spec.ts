/** Scenario 19, everything by keyboard: a flow is made, run, seen to fail, mended and run again, and every room is entered. */

import { expect, type Page } from "@playwright/test";
import { signIn, test } from "../harness/proof";
import { editor, hasState } from "../harness/words";

const STEPS_MAX = 60;

/** What has the focus, by the name that a screen reader tells. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const label = document.activeElement?.getAttribute("aria-label");
    const named = (document.activeElement as HTMLInputElement | null)?.labels?.[0] ?? document.activeElement;
    const copy = named?.cloneNode(true) as Element | undefined;
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
    await page.getByText("This flow has no inputs.").waitFor();
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

const imported = `id: brought
namespace: company.team
tasks:
  - id: first
    type: io.kestra.plugin.core.debug.Return
    format: "{{ kv('LIMIT') }}"
  - id: second
    type: io.kestra.plugin.core.log.Log
    message: "{{ outputs.first.value }}"
triggers:
  - id: mornings
    type: io.kestra.plugin.core.trigger.Schedule
    cron: 0 6 * * *
`;

test("all rooms are entered and used by keyboard alone", async ({ own }) => {
  test.setTimeout(180_000);
  const { server, page } = await own({});
  await signIn(page, server.ui);
  const press = (key: string) => page.keyboard.press(key);
  const go = async (letters: string, heading: string) => {
    for (const letter of letters) await press(letter);
    await page.getByRole("heading", { level: 1, name: heading }).waitFor();
  };
  const fill = async (label: string, text: string) => {
    await reach(page, label);
    await page.keyboard.type(text);
  };
  const choose = async (name: string, key: "Tab" | "Shift+Tab" = "Tab") => {
    // Nobody looks for what is not there yet.
    const link = page.getByRole("link", { name, exact: true });
    await expect(page.getByRole("button", { name, exact: true }).or(link).first()).toBeVisible();
    await reach(page, name, key);
    await press("Enter");
  };

  await test.step("a namespace", async () => {
    await go("gn", "Namespaces");
    await choose("New namespace");
    await fill("Id", "company.team");
    await press("Enter");
    await page.getByRole("heading", { level: 1, name: "company.team" }).waitFor();
  });
  await test.step("a secret in it", async () => {
    await choose("Secrets");
    await choose("New secret");
    await fill("Name", "TOKEN");
    await fill("Value", "never seen");
    await choose("Save");
    await expect(page.getByRole("table", { name: "Secrets" })).toContainText("TOKEN");
  });
  await test.step("a key in it", async () => {
    await choose("KV store", "Shift+Tab");
    await choose("New key");
    await fill("Key", "LIMIT");
    await fill("Value", "of the house");
    await choose("Save");
    await expect(page.getByRole("table", { name: "KV store" })).toContainText("LIMIT");
  });
  await test.step("a flow from a file", async () => {
    await go("gf", "Flows");
    await choose("Import");
    await page.getByRole("dialog", { name: "Import" }).waitFor();
    // Waited for first: keys take a faster way into the page than the wish to see its choosers.
    const chooser = page.waitForEvent("filechooser");
    await reach(page, "Drop YAML files or a ZIP here, or choose them. Nothing is written before you say so.");
    await press("Enter");
    await (await chooser).setFiles({ name: "brought.yaml", mimeType: "text/yaml", buffer: Buffer.from(imported) });
    await choose("Import 1");
    await expect(page.getByRole("table", { name: "Flows" })).toContainText("brought");
  });
  await test.step("its trigger", async () => {
    await go("gt", "Triggers");
    await page.getByRole("table", { name: "Triggers" }).waitFor();
    await press("j");
    await press("Enter");
    await expect(page.getByRole("dialog", { name: /mornings/ })).toBeVisible();
    await press("Escape");
    await expect(page.getByRole("dialog")).toBeHidden();
  });
  await test.step("its text, and its topology beside that", async () => {
    await go("gf", "Flows");
    await page.getByRole("table", { name: "Flows" }).waitFor();
    await press("j");
    await press("Enter");
    await page.getByRole("heading", { level: 1, name: "brought" }).waitFor();
    await choose("Edit");
    const source = editor(page, "Source of brought");
    await source.waitFor();
    await reach(page, "Source of brought");
    await press("Escape");
    const tree = page.getByRole("tree", { name: "Tasks" });
    await expect(tree.getByRole("treeitem", { name: /second/ })).toBeVisible();
    await reach(page, "Save as a picture");
    await press("Tab");
    for (let step = 0; step < 9 && !(await focused(page)).startsWith("second"); step += 1) await press("ArrowDown");
    await press("Enter");
    await expect(source).toBeFocused();
    await page.keyboard.type("the_");
    await expect(source).toContainText("id: the_second");
    await press("Control+S");
    await expect(page.getByText("Saved as revision 2.").first()).toBeVisible();
    await press("Escape");
  });
  await test.step("its execution, through all tabs", async () => {
    await choose("Execute", "Shift+Tab");
    await page.getByText("This flow has no inputs.").waitFor();
    await choose("Execute");
    await hasState(page, "Success");
    await expect(page.getByRole("log")).toContainText("of the house");
    const tabs = page.getByRole("navigation", { name: "Parts of the execution" }).getByRole("link");
    for (const index of (await tabs.all()).keys()) {
      await press(String(index + 1));
      await expect(tabs.nth(index)).toHaveAttribute("aria-current", "page");
    }
    await go("ge", "Executions");
    await page.getByRole("table", { name: "Executions" }).waitFor();
    await press("j");
    await press("Enter");
    await hasState(page, "Success");
  });
  await test.step("home, and the lists of keys and secrets", async () => {
    await go("gd", "Home");
    for (const [link, list] of [
      ["KV store", "LIMIT"],
      ["Secrets", "TOKEN"],
    ] as const) {
      await choose(link, "Shift+Tab");
      await expect(page.getByRole("table", { name: link })).toContainText(list);
    }
  });
});
