/** Scenarios 2 and 3: mistakes in a flow, and two people at one. */

import { expect } from "@playwright/test";
import { pageOfFlow, test } from "../harness/proof";
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
