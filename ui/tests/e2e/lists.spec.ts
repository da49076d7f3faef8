/** Scenario 10: a list is its address. Whoever opens it elsewhere sees the same. */

import { expect, type Page } from "@playwright/test";
import type { Api, FlowName } from "../harness/api";
import { signIn, test } from "../harness/proof";
import { rowsOf } from "../harness/words";

const flow = (namespace: string, id: string, fails: boolean) => `id: ${id}
namespace: ${namespace}
labels:
  team: ${fails ? "red" : "green"}
tasks:
  - id: only
    type: io.kestra.plugin.core.${fails ? "execution.Fail" : "log.Log\n    message: fine"}
`;

/** A flow with two triggers, of which one fires far away. */
const scheduled = (namespace: string) => `${flow(namespace, "gamma", false)}triggers:
  - id: yearly
    type: io.kestra.plugin.core.trigger.Schedule
    cron: 0 6 1 1 *
  - id: called
    type: io.kestra.plugin.core.trigger.Webhook
    key: change-this-key
`;

async function seed(api: Api, namespace: string): Promise<readonly FlowName[]> {
  const sources = [flow(namespace, "alpha", false), flow(namespace, "beta", true), scheduled(namespace)];
  const flows = await Promise.all(sources.map((source) => api.flow(source)));
  for (const one of flows) await Promise.all([api.run(one), api.run(one)]);
  for (const key of ["least", "most"]) {
    await api.call("PUT", `namespaces/${namespace}/kv/${key}`, "7", "text/plain");
    const secret = JSON.stringify({ key: key.toUpperCase(), value: "hidden" });
    await api.call("PUT", `namespaces/${namespace}/secrets`, secret, "application/json");
  }
  return flows;
}

/** Lists, with what is in their addresses, and how many rows that leaves. */
const LISTS = [
  { name: "Flows", page: "flows", search: "filters[namespace][EQUALS]=NS&sort=id:desc", rows: 3 },
  { name: "Flows", page: "flows", search: "filters[namespace][EQUALS]=NS&filters[labels][EQUALS][team]=red", rows: 1 },
  { name: "Executions", page: "executions", search: "filters[namespace][EQUALS]=NS&sort=flowId:asc", rows: 6 },
  {
    name: "Executions",
    page: "executions",
    search: "filters[namespace][EQUALS]=NS&filters[state][IN]=FAILED",
    rows: 2,
  },
  {
    name: "Executions",
    page: "executions",
    search: "filters[namespace][EQUALS]=NS&filters[timeRange][EQUALS]=PT24H&filters[flowId][STARTS_WITH]=al",
    rows: 2,
  },
  { name: "Executions", page: "flows/edit/NS/gamma/executions", search: "filters[state][IN]=SUCCESS", rows: 2 },
  // Columns are said in the address too.
  { name: "Executions", page: "executions", search: "filters[namespace][EQUALS]=NS&cols=flow,started", rows: 6 },
  {
    name: "Executions",
    page: "executions",
    search: "filters[namespace][EQUALS]=NS&filters[startDate][GREATER_THAN_OR_EQUAL_TO]=2026-01-01T00:00:00Z",
    rows: 6,
  },
  { name: "Triggers", page: "admin/triggers", search: "filters[namespace][EQUALS]=NS&sort=triggerId:desc", rows: 2 },
  {
    name: "Triggers",
    page: "admin/triggers",
    search: "filters[namespace][EQUALS]=NS&filters[q][EQUALS]=year",
    rows: 1,
  },
  { name: "KV store", page: "kv", search: "filters[namespace][EQUALS]=NS&filters[q][EQUALS]=most", rows: 1 },
  { name: "Secrets", page: "secrets", search: "filters[namespace][EQUALS]=NS", rows: 2 },
  { name: "Namespaces", page: "namespaces", search: "filters[q][EQUALS]=NS", rows: 1 },
] as const;

/** What a list shows, with its heads. Namespaces are a tree. */
async function shownOf(page: Page, name: string): Promise<readonly string[]> {
  if (name !== "Namespaces") return rowsOf(page, name);
  const items = page.getByRole("tree", { name }).getByRole("treeitem");
  await expect(items.first()).toBeVisible();
  // How many failed is told when it is known.
  return (await items.allTextContents()).map((text) => text.replace(/Failed\d+ failed today/, ""));
}

/** What is known of a row beyond the list itself, such as its latest executions, comes a moment later. */
async function showSame(other: Page, page: Page, name: string, why?: string): Promise<void> {
  const heads = (of: Page) => of.getByRole("columnheader").allTextContents();
  await expect(async () => {
    expect(await shownOf(other, name), why).toEqual(await shownOf(page, name));
    expect(await heads(other), why).toEqual(await heads(page));
  }).toPass({ timeout: 15_000 });
}

test("the address of a list, opened elsewhere, shows the same rows in the same order", async ({
  page,
  another,
  api,
  at,
  namespace,
}) => {
  // Every list is opened twice.
  test.setTimeout(240_000);
  await seed(api, namespace);
  const other = await (await another()).newPage();
  for (const { name, page: path, search, rows } of LISTS) {
    await page.goto(at(`${path}?${search}`.replaceAll("NS", namespace)));
    expect(await shownOf(page, name), `${path} ${search}`).toHaveLength(rows);
    await other.goto(page.url());
    await showSame(other, page, name, `${path} ${search}`);
  }
});

test("what is typed, chosen and sorted is in the address, and going back undoes it", async ({
  page,
  another,
  api,
  at,
  namespace,
}) => {
  await seed(api, namespace);
  await page.goto(at("executions"));
  await page.getByRole("textbox", { name: "Filter" }).fill(`ns:${namespace} state:FAILED`);
  await page.keyboard.press("Enter");
  await expect(page.getByText("2 found")).toBeVisible();
  await page.getByRole("button", { name: "Flow", exact: true }).click();
  await expect(page).toHaveURL(/sort=flowId/);
  const other = await (await another()).newPage();
  await other.goto(page.url());
  await showSame(other, page, "Executions");
  await page.goBack();
  await expect(page).not.toHaveURL(/sort=flowId/);
  await page.goBack();
  await expect(page).not.toHaveURL(/FAILED/);
});

/** Addresses that stand in chats and alerts since older versions of Kestra. */
const OLD = [
  { old: "flows", heading: "Flows" },
  { old: "flows?namespace=NS&labels=team:red", heading: "Flows", found: 1 },
  { old: "executions?filters[namespace][EQUALS]=NS", heading: "Executions", found: 6 },
  { old: "main/executions?namespace=NS&state=FAILED&timeRange=PT24H", heading: "Executions", found: 2 },
  {
    old: "main/executions?filters[labels][EQUALS][team]=red&filters[namespace][PREFIX]=NS",
    heading: "Executions",
    found: 2,
  },
  {
    old: "executions?filters[namespace][EQUALS]=NS&filters[or][0][flowId][EQUALS]=alpha&filters[or][1][flowId][EQUALS]=beta",
    heading: "Executions",
    found: 4,
  },
  { old: "main/triggers?namespace=NS", heading: "Triggers", found: 2 },
  { old: "admin/triggers?filters[namespace][PREFIX]=NS", heading: "Triggers", found: 2 },
  { old: "kv?filters[namespace][EQUALS]=NS", heading: "KV store", found: 2 },
  { old: "secrets?filters[namespace][EQUALS]=NS", heading: "Secrets", found: 2 },
  { old: "namespaces?filters[q][EQUALS]=NS", heading: "Namespaces", found: 1 },
  { old: "main/taskruns", heading: "Executions" },
  { old: "main/flows/edit/NS/alpha/source", heading: "alpha" },
  { old: "main/flows/edit/NS/alpha", heading: "alpha" },
] as const;

test("old addresses of Kestra lead where they led", async ({ page, api, server, namespace }) => {
  test.setTimeout(180_000);
  await seed(api, namespace);
  for (const { old, heading, ...counted } of OLD) {
    await page.goto(`${server.ui}${old.replaceAll("NS", namespace)}`);
    await expect(page.getByRole("heading", { level: 1 }), old).toContainText(heading);
    if ("found" in counted) await expect(page.getByText(`${counted.found} found`), old).toBeVisible();
  }
});

test("columns that are chosen, and a range that is dragged over the bars, are in the address", async ({
  page,
  another,
  api,
  at,
  namespace,
}) => {
  await seed(api, namespace);
  await page.goto(at(`executions?filters[namespace][EQUALS]=${namespace}`));
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Labels" }).click();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("columnheader", { name: "Labels" })).toBeHidden();
  await expect(page).toHaveURL(/cols=/);

  const chart = page.getByRole("img", { name: /Executions over time.*: 6 in all/ });
  const box = await chart.boundingBox();
  if (!box) throw new Error("the chart has no place");
  await page.mouse.move(box.x + box.width * 0.6, box.y + 30);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 2, box.y + 30);
  await page.mouse.up();
  await expect(page).toHaveURL(/startDate\]\[GREATER_THAN_OR_EQUAL_TO\].*startDate\]\[LESS_THAN_OR_EQUAL_TO\]/);
  await expect(page.getByText("6 found")).toBeVisible();

  const other = await (await another()).newPage();
  await other.goto(page.url());
  await expect(other.getByText("6 found")).toBeVisible();
  await expect(other.getByRole("columnheader", { name: "Labels" })).toBeHidden();
});

test("a view is saved, shared, and begins the list; it goes again", async ({ own, namespace }) => {
  const { server, api, page } = await own({});
  await signIn(page, server.ui);
  await seed(api, namespace);
  await page.goto(`${server.ui}main/executions?filters[state][IN]=FAILED&sort=flowId:asc`);
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "Save this view…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("What broke");
  await dialog.getByLabel("The list begins with it").click();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("button", { name: "What broke" })).toBeVisible();

  await page.goto(`${server.ui}main/flows`);
  await page.getByRole("navigation", { name: "Menu" }).getByRole("link", { name: "Executions" }).click();
  await expect(page).toHaveURL(/FAILED.*sort=flowId/);
  await expect(page.getByText("2 found")).toBeVisible();
  // A link that says something holds over it.
  await page.goto(`${server.ui}main/executions?filters[state][IN]=SUCCESS`);
  await expect(page.getByText("4 found")).toBeVisible();

  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "Change saved views…" }).click();
  await dialog.getByRole("button", { name: "Delete What broke" }).click();
  await expect(dialog.getByText("None yet")).toBeVisible();
});

test("quick filters find what failed today and what waits", async ({ page, api, at, namespace }) => {
  await seed(api, namespace);
  await page.goto(at("executions"));
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "Failed today" }).click();
  await expect(page).toHaveURL(/FAILED.*startDate/);
  await expect(page.getByRole("cell", { name: "Success" })).toHaveCount(0);
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "Waiting" }).click();
  await expect(page.getByText("waits, for whatever reason")).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Filter" })).toHaveValue("waiting:*");
});

test("a row is shown beside the list by Space and by a click, and new rows wait meanwhile", async ({
  page,
  api,
  at,
  namespace,
}) => {
  const [alpha, beta] = await seed(api, namespace);
  if (!alpha || !beta) throw new Error("there are no flows");
  await page.goto(at(`executions?filters[namespace][EQUALS]=${namespace}&sort=flowId:asc`));
  const row = (flowId: string) => page.getByRole("row", { name: new RegExp(`Select ${flowId}|${flowId}`) }).first();
  await row("beta").focus();
  await page.keyboard.press("Space");
  const beside = page.getByRole("region", { name: /Beside the list: beta/ });
  await expect(beside.getByRole("region", { name: "Why it failed" })).toBeVisible();
  await expect(beside.getByRole("button", { name: "Restart" })).toBeVisible();
  // What is shown follows the row that has the focus.
  await page.keyboard.press("Home");
  await expect(page.getByRole("region", { name: /Beside the list: alpha/ })).toContainText("fine");

  await api.run(beta);
  await page.getByRole("button", { name: "1 new execution" }).click();
  await expect(page.getByRole("table", { name: "Executions" }).getByRole("row")).toHaveCount(8);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("region", { name: /Beside the list/ })).toBeHidden();
  await row("gamma").getByRole("cell").nth(4).click();
  await expect(page.getByRole("region", { name: /Beside the list: gamma/ })).toBeVisible();
});
