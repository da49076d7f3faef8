/** What guides of other projects tell their readers to do, in their order: a page that they name has to be there. */

import { expect } from "@playwright/test";
import { test } from "../harness/proof";
import { editor, hasState, isClean, paste } from "../harness/words";

const workflow = (namespace: string) => `id: my-workflow
namespace: ${namespace}
description: "Description of the workflow"

inputs:
  - id: param1
    type: STRING
    description: "Parameter description"

tasks:
  - id: task1
    type: io.kestra.plugin.core.log.Log
    message: "Hello, {{ inputs.param1 }}!"

triggers:
  - id: manual
    type: io.kestra.plugin.core.trigger.Webhook
    key: my-workflow-trigger

errors:
  - id: handle-error
    type: io.kestra.plugin.core.log.Log
    message: "Error: {{ errorLogs()[0]['message'] }}"
`;

test("manual execution: to the flow, execute, fill in the inputs, run", async ({ page, server, api, namespace }) => {
  await api.flow(workflow(namespace));
  await page.goto(server.ui);
  await page.getByRole("navigation", { name: "Menu" }).getByRole("link", { name: "Flows", exact: true }).click();
  await page.getByRole("textbox", { name: "Filter" }).fill(`ns:${namespace}`);
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "my-workflow", exact: true }).click();
  await page.getByRole("link", { name: "Execute", exact: true }).click();
  await expect(page.getByText("Parameter description")).toBeVisible();
  await page.getByLabel("param1").fill("reader");
  await page.getByRole("button", { name: "Execute", exact: true }).click();
  await hasState(page, "Success");
  await expect(page.getByRole("log")).toContainText("Hello, reader!");
});

const handler = (namespace: string) => `id: incident-handler
namespace: ${namespace}

inputs:
  - id: incident_data
    type: JSON
    required: true

tasks:
  - id: decision
    type: io.kestra.plugin.core.flow.Switch
    value: "{{ inputs.incident_data.severity }}"
    cases:
      LOW:
        - id: auto_remediate_low
          type: io.kestra.plugin.core.log.Log
          message: Custom LOW handler
      HIGH:
        - id: escalate_high
          type: io.kestra.plugin.core.debug.Return
          format: Escalate {{ inputs.incident_data.title }}

triggers:
  - id: webhook
    type: io.kestra.plugin.core.trigger.Webhook
    key: incident-webhook-key
`;

const INCIDENT = { id: "INC-001", service: "payment-api", severity: "HIGH", title: "High Error Rate" };

const reader = (namespace: string) => `id: reads-key
namespace: ${namespace}
tasks:
  - id: read
    type: io.kestra.plugin.core.debug.Return
    format: "{{ kv('GEMINI_API_KEY') }}"
`;

test("create a namespace: namespaces, create, its id, save", async ({ page, server, namespace }) => {
  await page.goto(server.ui);
  await page.getByRole("navigation", { name: "Menu" }).getByRole("link", { name: "Namespaces", exact: true }).click();
  await page.getByRole("button", { name: "New namespace" }).click();
  await page.getByLabel("Id").fill(`${namespace}.incident.response`);
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`namespaces/edit/${namespace}\\.incident\\.response/overview`));
  await page.getByRole("navigation", { name: "Menu" }).getByRole("link", { name: "Namespaces", exact: true }).click();
  await expect(page.getByRole("link", { name: `${namespace}.incident.response`, exact: true })).toBeVisible();
});

test("import a workflow: flows, create, paste, save; then monitor it: executions, details, logs, outputs", async ({
  page,
  server,
  api,
  namespace,
}) => {
  await page.goto(server.ui);
  await page.goto(`${server.ui}main/flows`);
  await page.getByRole("link", { name: "New flow" }).click();
  await paste(editor(page, "New flow"), handler(namespace));
  await isClean(page);
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("incident-handler");

  const flow = { namespace, id: "incident-handler" };
  await api.start(flow, { incident_data: JSON.stringify(INCIDENT) });
  const { id } = await api.reaches((await api.lastOf(flow)).id, "SUCCESS");

  await page.getByRole("navigation", { name: "Menu" }).getByRole("link", { name: "Executions" }).click();
  await page.getByRole("textbox", { name: "Filter" }).fill(`ns:${namespace}`);
  await page.keyboard.press("Enter");
  await page
    .getByRole("table", { name: "Executions" })
    .getByRole("link", { name: id.slice(0, 4) })
    .first()
    .click();
  await hasState(page, "Success");
  await expect(page.getByRole("tree", { name: "Inputs" })).toContainText("incident_data");
  await page.getByRole("link", { name: "Logs", exact: true }).click();
  await expect(page.getByRole("region", { name: "Logs" })).toBeVisible();
  await page.getByRole("link", { name: "Outputs", exact: true }).click();
  await page.getByRole("button", { name: "escalate_high" }).click();
  await expect(page.getByRole("tree", { name: "Outputs of escalate_high" })).toContainText("Escalate High Error Rate");
});

test("configure the KV store: namespaces, the namespace, KV store, add a key that flows then read", async ({
  page,
  server,
  api,
  namespace,
}) => {
  await api.flow(reader(namespace));
  await page.goto(server.ui);
  await page.getByRole("navigation", { name: "Menu" }).getByRole("link", { name: "Namespaces", exact: true }).click();
  await page.getByRole("link", { name: namespace, exact: true }).click();
  await page
    .getByRole("navigation", { name: "Parts of the namespace" })
    .getByRole("link", { name: "KV store" })
    .click();
  await page.getByRole("button", { name: "New key" }).click();
  await page.getByRole("textbox", { name: "Key" }).fill("GEMINI_API_KEY");
  await page.getByRole("textbox", { name: "Value" }).fill("of-the-reader");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByRole("table", { name: "KV store" })).toContainText("GEMINI_API_KEY");
  const { id } = await api.run({ namespace, id: "reads-key" });
  await page.goto(`${server.ui}main/executions/${namespace}/reads-key/${id}/outputs`);
  await expect(page.getByRole("tree", { name: "Outputs of read" })).toContainText("of-the-reader");
});
