/**
 * Scenarios 2, 3, 4 and 23: mistakes in a flow, two people at one, drafts, also over an upgrade; and the topology beside
 * the text.
 */

import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
import { pageOfFlow, signIn, test } from "../harness/proof";
import { pseudoLocale } from "../harness/pseudo";
import { built } from "../harness/server";
import { editor, isClean, paste, problems } from "../harness/words";

/** Each mistake with its place, and with what the server advises. */
const MISTAKES = [
  { at: "Go to line 6, column 11", advice: "did you mean `STRING`?", fix: "write `STRING`" },
  {
    at: "Go to line 10, column 11",
    advice: "did you mean `io.kestra.plugin.core.log.Log`?",
    fix: "write `io.kestra.plugin.core.log.Log`",
  },
  { at: "Go to line 14, column 18", advice: "did you mean `inputs`?", fix: "write `inputs`" },
  { at: "Go to line 17, column 5", advice: "did you mean `duration`?", fix: "rename to `duration`" },
  { at: "Go to line 19, column 1", advice: "did you mean `triggers`?", fix: "rename to `triggers`" },
] as const;

const withMistakes = (namespace: string) => `id: five_mistakes
namespace: ${namespace}

inputs:
  - id: name
    type: STRNG

tasks:
  - id: greet
    type: io.kestra.plugin.core.log.Lgo
    message: Hello
  - id: tell
    type: io.kestra.plugin.core.log.Log
    message: "{{ input.name }}"
  - id: rest
    type: io.kestra.plugin.core.flow.Sleep
    duraton: PT1S

trigers:
  - id: daily
    type: io.kestra.plugin.core.trigger.Schedule
    cron: "0 6 * * *"
    inputs:
      name: Ada
`;

test("five mistakes are marked where they are, and quick fixes leave none", async ({ page, at, namespace }) => {
  await page.goto(at("flows/new"));
  await paste(editor(page, "New flow"), withMistakes(namespace));
  for (const { at: place, advice } of MISTAKES) {
    await expect(problems(page).getByRole("button", { name: place })).toBeVisible();
    await expect(problems(page)).toContainText(advice);
  }
  for (const { fix } of MISTAKES) await problems(page).getByRole("button", { name: fix }).click();
  await isClean(page);
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("five_mistakes");
});

const simple = (namespace: string, id: string, first: string, second: string) => `id: ${id}
namespace: ${namespace}
tasks:
  - id: first
    type: io.kestra.plugin.core.log.Log
    message: ${first}
  - id: second
    type: io.kestra.plugin.core.log.Log
    message: ${second}
`;

test("of two people who edit one flow nobody loses anything", async ({ page, another, api, at, namespace }) => {
  const id = "two_people";
  const flow = await api.flow(simple(namespace, id, "one", "two"));
  const other = await (await another()).newPage();
  const source = /Source of/;
  await Promise.all([page.goto(at(pageOfFlow(flow, "edit"))), other.goto(at(pageOfFlow(flow, "edit")))]);
  await paste(editor(page, source), simple(namespace, id, "changed by Anna", "two"));
  await paste(editor(other, source), simple(namespace, id, "one", "changed by Ben"));

  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("Saved as revision 2.").first()).toBeVisible();
  await other.getByRole("button", { name: "Save", exact: true }).click();

  // The second save writes nothing over the first, and shows what both together give.
  const merge = other.getByRole("region", { name: "Merge" });
  await expect(merge).toContainText("it is at revision 2 now");
  const result = merge.getByRole("textbox", { name: "What would be saved, beside theirs" });
  await expect(result).toContainText("changed by Anna");
  await expect(result).toContainText("changed by Ben");
  const saved = await api.call<{ source: string }>("GET", `flows/${namespace}/${id}?source=true`);
  expect(saved.source).toContain("changed by Anna");
  expect(saved.source).not.toContain("changed by Ben");

  await merge.getByRole("button", { name: "Save as revision 3" }).click();
  await expect(other.getByText("Saved as revision 3.").first()).toBeVisible();
  const revisions = await api.call<{ source: string }[]>("GET", `flows/${namespace}/${id}/revisions`);
  expect(revisions.map((one) => one.source.match(/changed by \w+/g) ?? [])).toEqual([
    [],
    ["changed by Anna"],
    ["changed by Anna", "changed by Ben"],
  ]);
});

/** Ends the process of the page, so that nothing of it gets a last word. */
async function kill(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent("crash");
  session.send("Page.crash").catch(() => {});
  await crashed;
  await page.close();
}

test("what was written is there again after the tab was killed, until it is saved or dropped", async ({
  page,
  context,
  api,
  at,
  namespace,
}) => {
  const flow = await api.flow(simple(namespace, "drafted", "one", "two"));
  await page.goto(at(pageOfFlow(flow, "edit")));
  await paste(editor(page, /Source of/), simple(namespace, "drafted", "written and not saved", "two"));
  await expect(page.getByText("Not saved, kept as a draft")).toBeVisible();
  await kill(page);

  const again = await context.newPage();
  await again.goto(at(pageOfFlow(flow, "edit")));
  await expect(again.getByText("This is your draft, made from revision 1")).toBeVisible();
  await expect(editor(again, /Source of/)).toContainText("written and not saved");
  await again.getByRole("button", { name: "Save", exact: true }).click();
  await expect(again.getByText("Saved as revision 2.").first()).toBeVisible();

  // Once it is saved it is no draft, whatever the flow becomes later.
  await api.changeFlow(flow, simple(namespace, "drafted", "of somebody else", "two"));
  await again.reload();
  await expect(editor(again, /Source of/)).toContainText("of somebody else");
  await expect(again.getByText("This is your draft")).toBeHidden();
});

test("a new flow is kept as well, and forgotten when it is created", async ({ own }) => {
  const { server, api, page } = await own({});
  await signIn(page, server.ui);
  const name = editor(page, "New flow");
  await page.goto(`${server.ui}main/flows/new`);
  await paste(name, simple("company.team", "fresh", "not created yet", "two"));
  await expect(page.getByText("Not saved, kept as a draft")).toBeVisible();
  const context = page.context();
  await kill(page);

  const again = await context.newPage();
  await again.goto(`${server.ui}main/flows/new`);
  await expect(again.getByText("This is your draft of a new flow")).toBeVisible();
  await expect(editor(again, "New flow")).toContainText("not created yet");
  await again.getByRole("button", { name: "Create", exact: true }).click();
  await expect(again.getByRole("heading", { level: 1 })).toContainText("fresh");
  await again.goto(`${server.ui}main/flows/new`);
  await expect(editor(again, "New flow")).toContainText("Hello World");
  await expect(again.getByText("This is your draft")).toBeHidden();
  await expect(api.call("GET", "flows/_/_/draft")).rejects.toThrow("there is no draft");
});

test("the server keeps a draft too, so that another browser has it", async ({ page, another, api, at, namespace }) => {
  const flow = await api.flow(simple(namespace, "elsewhere", "one", "two"));
  await page.goto(at(pageOfFlow(flow, "edit")));
  await paste(editor(page, /Source of/), simple(namespace, "elsewhere", "from the other desk", "two"));
  const kept = () => api.call<{ source: string }>("GET", `flows/${namespace}/elsewhere/draft`).catch(() => null);
  await expect.poll(async () => (await kept())?.source ?? "", { timeout: 20_000 }).toContain("from the other desk");

  const other = await (await another()).newPage();
  await other.goto(at(pageOfFlow(flow, "edit")));
  await expect(editor(other, /Source of/)).toContainText("from the other desk");
  await other.getByRole("button", { name: "Drop the draft" }).click();
  await expect(editor(other, /Source of/)).not.toContainText("from the other desk");
  await expect.poll(kept).toBeNull();
});

test("an upgrade under an open tab is told, and what was written is there after the reload", async ({
  own,
  guard,
  namespace,
}) => {
  test.setTimeout(120_000);
  const dist = mkdtempSync(join(tmpdir(), "kapelle-dist-"));
  cpSync(built(), dist, { recursive: true });
  const { server, api, page } = await own({ interface: dist });
  const flow = await api.flow(simple(namespace, "upgraded", "one", "two"));
  await signIn(page, server.ui);
  await page.goto(`${server.ui}main/${pageOfFlow(flow, "edit")}`);
  await paste(editor(page, /Source of/), simple(namespace, "upgraded", "before the upgrade", "two"));
  await expect(page.getByText("Live", { exact: true })).toBeAttached();

  // The next build has other words, so that it can be told from this one.
  const next = await pseudoLocale();
  guard.expectNoServer(true);
  await server.stop();
  rmSync(dist, { recursive: true });
  cpSync(next, dist, { recursive: true });
  await server.again();
  await expect(page.getByText("The server has a new version.")).toBeVisible({ timeout: 40_000 });
  guard.expectNoServer(false);
  await expect(editor(page, /Source of/)).toContainText("before the upgrade");
  await page.getByRole("button", { name: "Reload" }).click();
  await expect(page.getByText("⟦This is your draft")).toBeVisible();
  await expect(editor(page, /Source of/)).toContainText("before the upgrade");
  for (const folder of [dist, next]) rmSync(folder, { recursive: true });
});

test("the topology follows the text, keeps the last one while it is broken, and leads to it", async ({
  page,
  api,
  at,
  namespace,
}) => {
  const flow = await api.flow(simple(namespace, "drawn", "one", "two"));
  await page.goto(at(pageOfFlow(flow, "edit")));
  const source = editor(page, /Source of/);
  const tree = page.getByRole("tree", { name: "Tasks" });
  await expect(tree.getByRole("treeitem")).toHaveCount(2);

  const more = `${simple(namespace, "drawn", "one", "two")}  - id: third\n    type: io.kestra.plugin.core.log.Lgo\n`;
  await paste(source, more);
  const third = tree.getByRole("treeitem", { name: /third/ });
  await expect(third).toContainText("1 problem");

  await paste(source, `${more}  - id: "never closed\n`);
  await expect(page.getByText("The text cannot be read. This is the last topology that it had.")).toBeVisible();
  await expect(third).toBeVisible();

  // From the tree into the text, by keys; and what the cursor is in is chosen in the tree.
  await tree.getByRole("treeitem", { name: /first/ }).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(source).toBeFocused();
  await expect(tree.getByRole("treeitem", { name: /second/ })).toHaveAttribute("aria-selected", "true");
  await page.keyboard.type("_");
  await expect(source).toContainText("id: _second");
  await page.keyboard.press("Control+End");
  await expect(tree.getByRole("treeitem", { name: /second/ })).toHaveAttribute("aria-selected", "false");
});

test("panels are in the address, and on a phone one is seen at a time", async ({ page, api, at, namespace }) => {
  const flow = await api.flow(simple(namespace, "panels", "one", "two"));
  await page.goto(at(pageOfFlow(flow, "edit")));
  const [source, tree] = [editor(page, /Source of/), page.getByRole("tree", { name: "Tasks" })];
  await expect(source).toBeVisible();
  await expect(tree).toBeVisible();
  await page.getByRole("button", { name: "Code", exact: true }).click();
  await expect(source).toBeHidden();
  await expect(page).toHaveURL(/panels=topology/);

  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByRole("button", { name: "Code", exact: true }).click();
  await expect(source).toBeVisible();
  await expect(tree).toBeHidden();
  await page.getByRole("button", { name: "Topology", exact: true }).click();
  await tree.getByText("second").click();
  await expect(source).toBeFocused();
});
