/** Scenarios 11 and 12: pages that show what happens now, over a restart of the server and in many tabs. */

import { expect } from "@playwright/test";
import { pageOf, signIn, test } from "../harness/proof";
import { hasState } from "../harness/words";

const LINES = 24;

const counting = (namespace: string) => `id: counting
namespace: ${namespace}
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(1, ${LINES}) }}"
    concurrencyLimit: 1
    tasks:
      - id: say
        type: io.kestra.plugin.core.log.Log
        message: line {{ taskrun.value }} of ${LINES}.
      - id: rest
        type: io.kestra.plugin.core.flow.Sleep
        duration: PT0.3S
`;

test("a server that restarts leaves no gap and no double line in the log", async ({ own, guard, namespace }) => {
  const { server, api, page } = await own({}, { viewport: { width: 1280, height: 1400 } });
  await signIn(page, server.ui);
  const execution = await api.start(await api.flow(counting(namespace)));
  await page.goto(`${server.ui}main/${pageOf(execution, "logs")}`);
  const dot = page.getByRole("banner").getByRole("status");
  await expect(dot).toHaveText("Live");
  await expect(page.getByRole("log")).toContainText(`line 4 of ${LINES}.`);

  guard.expectNoServer(true);
  await server.stop();
  await expect(dot).toHaveText(/^Reconnecting/);
  await server.again();
  await expect(dot).toHaveText("Live", { timeout: 40_000 });
  guard.expectNoServer(false);
  await hasState(page, "Success");

  const all = Array.from({ length: LINES }, (_, index) => `line ${index + 1} of ${LINES}.`);
  const shown = async () => (await page.getByRole("log").textContent())?.match(/line \d+ of \d+\./g) ?? [];
  await expect.poll(async () => (await shown()).length).toBeGreaterThanOrEqual(LINES);
  // Only what is drawn can be read; in which order the rows of the window lie in the page means nothing.
  expect((await shown()).sort()).toEqual(all.sort());
});

const asking = (namespace: string) => `id: asking
namespace: ${namespace}
tasks:
  - id: ask
    type: io.kestra.plugin.core.flow.Pause
  - id: after
    type: io.kestra.plugin.core.log.Log
    message: went on
`;

const TABS = 10;

test("ten tabs on ten executions stay live, and one more opens", async ({ context, api, at, namespace }) => {
  test.slow();
  const flow = await api.flow(asking(namespace));
  const started = await Promise.all(Array.from({ length: TABS }, () => api.start(flow)));
  const executions = await Promise.all(started.map(({ id }) => api.reaches(id, "PAUSED")));
  const pages = [];
  for (const execution of executions) {
    const page = await context.newPage();
    await page.goto(at(pageOf(execution)));
    await hasState(page, "Paused");
    pages.push(page);
  }
  for (const page of pages) await expect(page.getByRole("banner").getByRole("status")).toHaveText("Live");
  // Browsers allow six lines to a server: with one for each tab, this one would wait for ever.
  const another = await context.newPage();
  await another.goto(at("flows"));
  await expect(another.getByRole("table", { name: "Flows" })).toBeVisible();

  for (const { id } of executions) await api.call("POST", `executions/${id}/resume`);
  for (const page of pages) await hasState(page, "Success");
});
