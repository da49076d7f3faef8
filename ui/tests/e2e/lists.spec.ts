/** Scenario 10: a list is its address. Whoever opens it elsewhere sees the same. */

import { expect } from "@playwright/test";
import type { Api, FlowName } from "../harness/api";
import { test } from "../harness/proof";
import { rowsOf } from "../harness/words";

const flow = (namespace: string, id: string, fails: boolean) => `id: ${id}
namespace: ${namespace}
labels:
  team: ${fails ? "red" : "green"}
tasks:
  - id: only
    type: io.kestra.plugin.core.${fails ? "execution.Fail" : "log.Log\n    message: fine"}
`;

async function seed(api: Api, namespace: string): Promise<readonly FlowName[]> {
  const names = ["alpha", "beta", "gamma"];
  const flows = await Promise.all(names.map((id) => api.flow(flow(namespace, id, id === "beta"))));
  for (const one of flows) await Promise.all([api.run(one), api.run(one)]);
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
] as const;

test("the address of a list, opened elsewhere, shows the same rows in the same order", async ({
  page,
  another,
  api,
  at,
  namespace,
}) => {
  await seed(api, namespace);
  const other = await (await another()).newPage();
  for (const { name, page: path, search, rows } of LISTS) {
    await page.goto(at(`${path}?${search}`.replaceAll("NS", namespace)));
    const here = await rowsOf(page, name);
    expect(here, search).toHaveLength(rows);
    await other.goto(page.url());
    expect(await rowsOf(other, name), search).toEqual(here);
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
  const here = await rowsOf(page, "Executions");
  const other = await (await another()).newPage();
  await other.goto(page.url());
  expect(await rowsOf(other, "Executions")).toEqual(here);
  await page.goBack();
  await expect(page).not.toHaveURL(/sort=flowId/);
  await page.goBack();
  await expect(page).not.toHaveURL(/FAILED/);
});

/** Addresses that stand in chats and alerts since older versions of Kestra. */
const OLD = [
  { old: "flows", heading: "Flows" },
  { old: "executions?filters[namespace][EQUALS]=NS", heading: "Executions" },
  { old: "main/taskruns", heading: "Executions" },
  { old: "main/flows/edit/NS/alpha/source", heading: "alpha" },
  { old: "main/flows/edit/NS/alpha", heading: "alpha" },
] as const;

test("old addresses of Kestra lead where they led", async ({ page, api, server, namespace }) => {
  await seed(api, namespace);
  for (const { old, heading } of OLD) {
    await page.goto(`${server.ui}${old.replaceAll("NS", namespace)}`);
    await expect(page.getByRole("heading", { level: 1 }), old).toContainText(heading);
    if (old.includes("?")) await expect(page.getByText("6 found")).toBeVisible();
  }
});
