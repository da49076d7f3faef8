/** Scenario 7: what a failed execution says, and how it becomes a good one. */

import { expect } from "@playwright/test";
import { pageOf, test } from "../harness/proof";
import { confirm, hasState } from "../harness/words";

const flow = (namespace: string) => `id: nightly_load
namespace: ${namespace}
inputs:
  - id: day
    type: STRING
tasks:
  - id: prepare
    type: io.kestra.plugin.core.log.Log
    message: Preparing {{ inputs.day }}
  - id: load
    type: io.kestra.plugin.core.execution.Fail
    condition: "{{ kv('ready', errorOnMissing=false) != 'yes' }}"
    errorMessage: The source of {{ inputs.day }} is not ready
  - id: report
    type: io.kestra.plugin.core.log.Log
    message: Loaded {{ inputs.day }}
`;

test("a failed execution names the cause and what changed, and its restart turns it green", async ({
  page,
  api,
  at,
  namespace,
}) => {
  const load = await api.flow(flow(namespace));
  const ready = `namespaces/${namespace}/kv/ready`;
  await api.call("PUT", ready, "yes", "text/plain");
  expect((await api.run(load, { day: "2026-11-27" })).state.current).toBe("SUCCESS");
  await api.call("DELETE", ready);
  const failed = await api.run(load, { day: "2026-11-28" });
  expect(failed.state.current).toBe("FAILED");

  await page.goto(at(pageOf(failed)));
  const card = page.getByRole("region", { name: "Why it failed" });
  await expect(card.getByRole("heading", { level: 2 })).toContainText("load");
  await expect(card).toContainText("The source of 2026-11-28 is not ready");
  const changed = card.getByRole("region", { name: "Since the last success" });
  await expect(changed).toContainText("day");
  await expect(changed).toContainText("2026-11-27");
  await expect(changed).toContainText("2026-11-28");

  await api.call("PUT", ready, "yes", "text/plain");
  await page.getByRole("button", { name: "Restart", exact: true }).click();
  await confirm(page, "Restart");
  await hasState(page, "Success");
  await expect(card).toBeHidden();
  // It went on from the task that failed: what succeeded before did not run again.
  const now = await api.reaches(failed.id, "SUCCESS");
  expect(now.taskRunList?.filter(({ taskId }) => taskId === "prepare")).toHaveLength(1);
  expect(now.taskRunList?.map(({ state }) => state.current)).toEqual(["SUCCESS", "SUCCESS", "SUCCESS"]);
});
