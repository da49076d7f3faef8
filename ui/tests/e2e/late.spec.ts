/** Answers that come late: what people do before them is neither lost nor done twice. */

import { expect, type Page } from "@playwright/test";
import { pageOfFlow, test } from "../harness/proof";
import { editor, hasState, paste } from "../harness/words";

const hello = (namespace: string, id: string, message = "hello") => `id: ${id}
namespace: ${namespace}
tasks:
  - id: only
    type: io.kestra.plugin.core.log.Log
    message: ${message}
`;

interface Held {
  /** Lets them go on, and those that come later. */
  readonly release: () => void;
  /** How many were asked. */
  readonly count: () => number;
}

/** Holds requests back, the first few excepted. */
async function held(page: Page, method: string, url: RegExp, first = 0): Promise<Held> {
  let release = () => {};
  let count = 0;
  const isReleased = new Promise<void>((done) => {
    release = done;
  });
  await page.route(url, async (route) => {
    if (route.request().method() === method) {
      count += 1;
      if (count > first) await isReleased;
    }
    await route.fallback();
  });
  return { release: () => release(), count: () => count };
}

test("what is written while a save is under way is there after it", async ({ page, api, at, namespace }) => {
  const flow = await api.flow(hello(namespace, "hasty"));
  await page.goto(at(pageOfFlow(flow, "edit")));
  const source = editor(page, /Source of/);
  await paste(source, hello(namespace, "hasty", "saved"));
  const { release } = await held(page, "PUT", /flows\/.*\/hasty\?/);
  const save = page.getByRole("button", { name: "Save", exact: true });
  await save.click();
  await expect(save).toBeDisabled();
  await paste(source, hello(namespace, "hasty", "written meanwhile"));
  release();
  await expect(page.getByText("Saved as revision 2.").first()).toBeVisible();
  await expect(source).toContainText("written meanwhile");
  await save.click();
  await expect(page.getByText("Saved as revision 3.").first()).toBeVisible();
  await expect(source).toContainText("written meanwhile");
});

test("what is written while a flow is created is a draft of it", async ({ page, at, namespace }) => {
  await page.goto(at("flows/new"));
  const source = editor(page, "New flow");
  await paste(source, hello(namespace, "new_one"));
  const { release, count } = await held(page, "POST", /\/flows$/);
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await expect.poll(count).toBe(1);
  await paste(source, hello(namespace, "new_one", "written meanwhile"));
  release();
  await expect(editor(page, "Source of new_one")).toContainText("written meanwhile");
  await expect(page.getByText("This is your draft, made from revision 1")).toBeVisible();
});

test("a file that was saved is shown as it was saved, before it is read again", async ({
  page,
  api,
  at,
  namespace,
}) => {
  await api.call("POST", "namespaces", JSON.stringify({ id: namespace }), "application/json");
  const file = new FormData();
  file.set("fileContent", new Blob(["first\n"]), "note.txt");
  await api.call("POST", `namespaces/${namespace}/files?path=/note.txt`, file);
  await page.goto(at(`namespaces/edit/${namespace}/files?file=/note.txt`));
  const text = editor(page, "/note.txt");
  await expect(text).toContainText("first");
  const { release, count } = await held(page, "GET", /\/files\?path=[^&]*note\.txt$/);
  await paste(text, "second\n");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("/note.txt is saved.").first()).toBeVisible();
  await expect.poll(count).toBe(1);
  await expect(text).toHaveText("second");
  await paste(text, "third\n");
  release();
  await expect(text).toHaveText("third");
});

test("an execution that is asked for twice, before the first answer, starts once", async ({
  page,
  api,
  at,
  namespace,
}) => {
  const flow = await api.flow(
    `${hello(namespace, "once")}inputs:\n  - id: who\n    type: STRING\n    required: false\n`,
  );
  await page.goto(at(`run/${flow.namespace}/${flow.id}`));
  const { release, count } = await held(page, "POST", /\/executions\/[^/]+\/once$/);
  await page.getByLabel("who").fill("anna");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("button", { name: "Execute", exact: true })).toBeDisabled();
  await page.keyboard.press("Control+Enter");
  release();
  await hasState(page, "Success");
  expect(count()).toBe(1);
});

test("variables that are deleted one after the other do not come back", async ({ page, api, at, namespace }) => {
  const variables = { one: "1", two: "2", three: "3" };
  await api.call("POST", "namespaces", JSON.stringify({ id: namespace, variables }), "application/json");
  await page.goto(at(`namespaces/edit/${namespace}/variables`));
  const table = page.getByRole("table", { name: "Variables" });
  await expect(table).toContainText("three");
  // It is read before it is saved, and anew after that: this answer is late.
  const { release, count } = await held(page, "GET", new RegExp(`/namespaces/${namespace}$`), 1);
  await page.getByRole("button", { name: "Delete one" }).click();
  await expect.poll(count).toBe(2);
  await page.getByRole("button", { name: "Delete two" }).click();
  release();
  await expect(table).not.toContainText("two");
  const now = await api.call<{ variables: object }>("GET", `namespaces/${namespace}`);
  expect(now.variables).toEqual({ three: "3" });
});

test("what one went to in the palette stays chosen when the server has found something", async ({
  page,
  api,
  at,
  namespace,
}) => {
  await api.flow(hello(namespace, "executions_of_mine"));
  await page.goto(at("flows"));
  await expect(page.getByRole("table", { name: "Flows" })).toBeVisible();
  const { release } = await held(page, "GET", /\/search\?/);
  await page.keyboard.press("Control+K");
  await page.getByRole("combobox", { name: "Search" }).fill("s");
  await page.keyboard.press("ArrowDown");
  const present = page.getByRole("option", { selected: true });
  const name = await present.textContent();
  release();
  await expect(page.getByRole("option", { name: /executions_of_mine/ }).first()).toBeVisible();
  await expect(present).toHaveText(name ?? "");
});
