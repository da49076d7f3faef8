/** Scenarios 20, 21 and 23: without a network, behind a prefix without encryption, over an upgrade. */

import { cpSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { pageOfFlow, signIn, test } from "../harness/proof";
import { built } from "../harness/server";
import { hasState } from "../harness/words";

const hello = (namespace: string) => `id: hello
namespace: ${namespace}
tasks:
  - id: greet
    type: io.kestra.plugin.core.log.Log
    message: Hello from here
`;

test("pages can ask no other host, and no name outside is found while these tests run", async ({ page, guard, at }) => {
  guard.expect(/kestra\.io/);
  await page.goto(at("flows"));
  const inPage = await page.evaluate(() =>
    fetch("http://kestra.io/", { mode: "no-cors" }).then(
      () => "answered",
      () => "refused",
    ),
  );
  // The rules for content refuse it first; without them no name would be found.
  expect(inPage).toBe("refused");
});

test("behind a prefix, by name and without encryption, login, live logs and copying work", async ({
  own,
  guard,
  namespace,
}) => {
  const { server, api, page } = await own({ prefix: "/kestra" });
  // Browsers say of each header that needs encryption that they do without it.
  guard.expect(/Cross-Origin-Opener-Policy header has been ignored/);
  const origin = server.named;
  const flow = await api.flow(hello(namespace));
  await signIn(page, `${origin}/kestra/ui/`);
  expect(await page.evaluate(() => isSecureContext)).toBe(false);
  await page.goto(`${origin}/kestra/ui/main/run/${flow.namespace}/${flow.id}`);
  await page.getByRole("button", { name: "Execute", exact: true }).click();
  await expect(page.getByRole("log")).toContainText("Hello from here");
  await hasState(page, "Success");
  expect(new URL(page.url()).pathname).toMatch(/^\/kestra\/ui\/main\/executions\//);

  const execution = await api.lastOf(flow);
  await page.getByRole("button", { name: "Copy the execution id" }).click();
  await page.keyboard.press("Control+K");
  await page.getByRole("combobox", { name: "Search" }).press("Control+V");
  await expect(page.getByRole("combobox", { name: "Search" })).toHaveValue(execution.id);
});

test("a tab that is older than the server offers to reload, and then works", async ({ own, guard, namespace }) => {
  const dist = mkdtempSync(join(tmpdir(), "kapelle-dist-"));
  cpSync(built(), dist, { recursive: true });
  const { server, api, page } = await own({ interface: dist });
  const flow = await api.flow(hello(namespace));
  await signIn(page, server.ui);
  await page.goto(`${server.ui}main/flows`);
  await expect(page.getByRole("heading", { name: "Flows", exact: true })).toBeVisible();

  // An upgrade gives all parts new names.
  const assets = join(dist, "assets");
  const parts = readdirSync(assets).filter((name) => name.startsWith("executions-"));
  for (const name of parts) renameSync(join(assets, name), join(dist, name));
  guard.expect(/dynamically imported module/);
  await page.getByRole("link", { name: "Executions", exact: true }).click();
  await expect(page.getByText("The server has a new version.")).toBeVisible();
  for (const name of parts) renameSync(join(dist, name), join(assets, name));
  await page.getByRole("button", { name: "Reload" }).click();
  await expect(page.getByRole("heading", { name: "Executions", exact: true })).toBeVisible();
  await page.goto(`${server.ui}main/${pageOfFlow(flow)}`);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("hello");
  rmSync(dist, { recursive: true });
});
