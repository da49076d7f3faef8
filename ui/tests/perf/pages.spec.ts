/** How long pages take, how much they ask for and hold: the budgets that can be measured on a server of this size. */

import { expect, type Page } from "@playwright/test";
import type { Api, Execution } from "../harness/api";
import { pageOf, test } from "../harness/proof";
import { type Figure, frames, heap, percentile, report, upperQuartile } from "./measures";

const TIMES = 15;
const LINES = 2_000;

const talkative = (namespace: string) => `id: talkative
namespace: ${namespace}
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(1, ${LINES / 20}) }}"
    concurrencyLimit: 4
    tasks:
      - id: say
        type: io.kestra.plugin.core.log.Log
        message:
${Array.from({ length: 20 }, (_, line) => `          - line ${line} of {{ taskrun.value }}`).join("\n")}
`;

async function seed(api: Api, namespace: string): Promise<Execution> {
  const quick = await api.flow(
    `id: quick\nnamespace: ${namespace}\ntasks:\n  - id: say\n    type: io.kestra.plugin.core.log.Log\n    message: hi\n`,
  );
  await Promise.all(Array.from({ length: 60 }, () => api.run(quick)));
  return api.run(await api.flow(talkative(namespace)));
}

/** The first paint of a page that no cache knows. */
async function firstPaint(page: Page, url: string): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  await page.goto(url);
  const paint = await page.evaluate(
    () =>
      new Promise<number>((done) => {
        new PerformanceObserver((list) => {
          const found = list.getEntriesByName("first-contentful-paint")[0];
          if (found) done(found.startTime);
        }).observe({ type: "paint", buffered: true });
      }),
  );
  await session.detach();
  return paint;
}

/** How often the page asks the server until it is still. */
async function requests(page: Page, url: string): Promise<number> {
  let count = 0;
  const counting = (request: { url: () => string }) => {
    if (request.url().includes("/api/")) count += 1;
  };
  page.on("request", counting);
  await page.goto(url);
  await page.waitForTimeout(1_500);
  page.off("request", counting);
  return count;
}

/** From the click to the new page, when its parts are known already. */
async function change(page: Page, link: string, table: string): Promise<number> {
  const begin = Date.now();
  await page.getByRole("navigation", { name: "Menu" }).getByRole("link", { name: link, exact: true }).click();
  await page.getByRole("table", { name: table }).waitFor();
  return Date.now() - begin;
}

test("pages stay within their budgets", async ({ page, api, at, namespace }) => {
  test.setTimeout(300_000);
  const long = await seed(api, namespace);
  const figures: Figure[] = [];
  const take = (what: string, value: number, most: number, unit: Figure["unit"]) =>
    figures.push({ what, value, most, unit });

  const paints: number[] = [];
  for (let time = 0; time < TIMES; time += 1) paints.push(await firstPaint(page, at("flows")));
  take("first contentful paint, cold, three of four", upperQuartile(paints), 150, "ms");

  take("requests of the list of flows", await requests(page, at("flows")), 4, "requests");
  take("requests of the list of executions", await requests(page, at("executions")), 4, "requests");
  take("requests of an execution", await requests(page, at(pageOf(long))), 6, "requests");

  await page.goto(at("flows"));
  const changes: number[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    changes.push(await change(page, "Executions", "Executions"), await change(page, "Flows", "Flows"));
  }
  take("change of page, cached, three of four", upperQuartile(changes), 100, "ms");

  await page.goto(at(pageOf(long, "logs")));
  const begin = Date.now();
  await expect(page.getByRole("log")).toContainText("line 19 of");
  take(`log of ${LINES} lines, open at its end`, Date.now() - begin, 300, "ms");
  take(
    `log of ${LINES} lines, frame while scrolling, 95 %`,
    percentile(await frames(page, "log", 120), 0.95),
    33,
    "ms",
  );
  take(`log of ${LINES} lines, heap`, await heap(page), 50, "MB");
  await page.goto(at("executions"));
  await page.getByRole("table", { name: "Executions" }).waitFor();
  take("list of executions, heap", await heap(page), 60, "MB");

  expect(report("pages", figures), "more than the budget").toEqual([]);
});
