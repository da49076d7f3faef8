/** Scenarios 15 and 17: a form on a phone, and a secret that nobody sees. */

import { expect } from "@playwright/test";
import { pageOf, test } from "../harness/proof";
import { hasState } from "../harness/words";

const approval = (namespace: string) => `id: approval
namespace: ${namespace}
tasks:
  - id: ask
    type: io.kestra.plugin.core.flow.Pause
    onResume:
      - id: approved
        type: BOOLEAN
        defaults: false
      - id: reason
        type: STRING
  - id: tell
    type: io.kestra.plugin.core.log.Log
    message: "approved {{ outputs.ask.onResume.approved }}, since {{ outputs.ask.onResume.reason }}"
`;

test.describe("on a phone", () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true });

  test("a paused execution is resumed with its form", async ({ page, api, at, namespace }) => {
    const { id } = await api.start(await api.flow(approval(namespace)));
    const execution = await api.reaches(id, "PAUSED");
    await page.goto(at(pageOf(execution)));
    await expect(page.getByRole("region", { name: "Why it waits" })).toBeVisible();
    await page.getByRole("region", { name: "Why it waits" }).getByRole("button", { name: "Resume" }).tap();
    const form = page.getByRole("dialog", { name: "Resume the execution" });
    await form.getByRole("radio", { name: "true" }).tap();
    await form.getByLabel("reason").fill("all is well");
    await form.getByRole("button", { name: "Resume" }).tap();
    await hasState(page, "Success");
    await page.getByRole("link", { name: "Logs", exact: true }).tap();
    await expect(page.getByRole("log")).toContainText("approved true, since all is well");
    // Nothing sticks out to the side.
    const room = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(room).toBe(0);
  });
});

const SECRET = "tulip-4711-velvet";

const withSecret = (namespace: string) => `id: keeps_secrets
namespace: ${namespace}
inputs:
  - id: token
    type: SECRET
tasks:
  - id: tell
    type: io.kestra.plugin.core.log.Log
    message: "the token is {{ inputs.token }}"
  - id: give
    type: io.kestra.plugin.core.debug.Return
    format: "{{ inputs.token }}"
`;

test("a secret is used and seen nowhere: not in pages, addresses, storage or log", async ({
  page,
  context,
  api,
  at,
  namespace,
}) => {
  const flow = await api.flow(withSecret(namespace));
  await page.goto(at(`run/${flow.namespace}/${flow.id}`));
  const field = page.getByLabel("token");
  await expect(field).toHaveAttribute("type", "password");
  await field.fill(SECRET);
  await page.getByRole("button", { name: "Execute", exact: true }).click();
  await hasState(page, "Success");
  for (const tab of ["Logs", "Overview", "Gantt", "Outputs"]) {
    await page.getByRole("link", { name: tab, exact: true }).click();
    await expect(page.getByRole("link", { name: tab, exact: true })).toHaveAttribute("aria-current", "page");
    if (tab === "Logs") await expect(page.getByRole("log")).toContainText("the token is ");
    if (tab === "Outputs") await expect(page.getByRole("tree", { name: "Outputs of give" })).toBeVisible();
    expect(await page.content(), tab).not.toContain(SECRET);
    expect(page.url()).not.toContain(SECRET);
  }
  expect(JSON.stringify(await context.storageState())).not.toContain(SECRET);
  const execution = await api.lastOf(flow);
  for (const path of [`executions/${execution.id}`, `logs/${execution.id}`]) {
    expect(JSON.stringify(await api.call("GET", path))).not.toContain(SECRET);
  }
});
