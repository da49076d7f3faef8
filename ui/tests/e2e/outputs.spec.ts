/** Scenario 6: what the last run gave is offered where one writes, and is the same everywhere. Files can be looked into. */

import { expect } from "@playwright/test";
import { pageOf, pageOfFlow, test } from "../harness/proof";
import { editor, paste, takeCompletion } from "../harness/words";

const VALUE = "4711 orders from the north";

const giving = (namespace: string, last: string) => `id: giving
namespace: ${namespace}
tasks:
  - id: fetch
    type: io.kestra.plugin.core.debug.Return
    format: ${VALUE}
  - id: say
    type: io.kestra.plugin.core.log.Log
    message: ${last}`;

test("completion offers the output of the last run, and the debugger gives the same value", async ({
  page,
  api,
  at,
  namespace,
}) => {
  const flow = await api.flow(giving(namespace, "done"));
  const execution = await api.run(flow);
  await page.goto(at(pageOfFlow(flow, "edit")));
  const text = editor(page, /^Source of/);
  await paste(text, giving(namespace, '"{{ outputs.fetch'));
  await page.keyboard.type(".");
  await expect(page.getByText(VALUE).last()).toBeVisible();
  await takeCompletion(page, /^value/);
  await expect(text).toContainText("outputs.fetch.value");

  const other = await page.context().newPage();
  await other.goto(at(pageOf(execution, "outputs")));
  await other.getByLabel("Try an expression").fill("{{ outputs.fetch.value }}");
  await other.getByRole("button", { name: "Evaluate" }).click();
  await expect(other.getByRole("region", { name: "Result" })).toHaveText(VALUE);
  await expect(other.getByRole("tree", { name: "Outputs of fetch" })).toContainText(VALUE);
});

const filing = (namespace: string) => `id: filing
namespace: ${namespace}
tasks:
  - id: files
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner:
      type: io.kestra.plugin.core.runner.Process
    outputFiles: ["*.csv", "*.bin", "*.jsonl"]
    commands:
      - printf 'city,orders\\nKiel,12\\n"Linz, Donau",7\\n' > cities.csv
      - printf '\\000\\001\\002PAR1' > raw.bin
      - printf '{"name":"anna"}\\n{"name":"ben","sum":3}\\n' > rows.jsonl
`;

test("files of an execution are shown as tables and as bytes", async ({ page, api, at, namespace }) => {
  const execution = await api.run(await api.flow(filing(namespace)));
  await page.goto(at(pageOf(execution, "outputs")));
  const outputs = page.getByRole("tree", { name: "Outputs of files" });
  const look = async (name: string) => {
    await outputs.getByRole("button", { name: new RegExp(`^What is in .*${name}`) }).press("Enter");
    return page.getByRole("dialog");
  };
  let sheet = await look("cities\\.csv");
  await expect(sheet.getByRole("columnheader")).toHaveText(["city", "orders"]);
  await expect(sheet.getByRole("cell")).toHaveText(["Kiel", "12", "Linz, Donau", "7"]);
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
  sheet = await look("rows\\.jsonl");
  await expect(sheet.getByRole("columnheader")).toHaveText(["name", "sum"]);
  await expect(sheet.getByRole("cell")).toHaveText(["anna", "", "ben", "3"]);
  await page.keyboard.press("Escape");
  sheet = await look("raw\\.bin");
  await expect(sheet).toContainText("000000  00 01 02 50 41 52 31");
  await expect(sheet.getByRole("link", { name: "Download" })).toHaveAttribute("href", /file\?path=/);
});
