/** Every page that there is, with something on it: what accessibility, words and pictures are looked at on. */

import type { Api, Execution, FlowName } from "./api";
import { pageOf, pageOfFlow } from "./proof";

export interface Place {
  /** For names of tests and pictures. */
  readonly name: string;
  /** Below the tenant. */
  readonly path: string;
  /** What is on the page when it is all there. */
  readonly shows: string | RegExp;
}

export const SHOP = "company.shop";

const ORDERS = `id: orders
namespace: ${SHOP}
description: Takes the orders of the day, asks for those that are large, and writes the invoices.
labels:
  team: sales
  env: prod

inputs:
  - id: day
    type: DATE
    defaults: 2026-11-28
  - id: largest
    type: INT
    displayName: Largest sum without approval
    description: Whoever orders more is asked for.
    defaults: 500
    min: 1
  - id: region
    type: SELECT
    values: [north, south, east, west]
    defaults: north

tasks:
  - id: fetch
    type: io.kestra.plugin.core.debug.Return
    format: '{"orders": 12, "sum": 4711, "day": "{{ inputs.day }}"}'
  - id: say
    type: io.kestra.plugin.core.log.Log
    message: "{{ fromJson(outputs.fetch.value).orders }} orders of {{ inputs.day }} from the {{ inputs.region }}"
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: ["anna", "ben", "cleo", "dora"]
    concurrencyLimit: 2
    tasks:
      - id: rest
        type: io.kestra.plugin.core.flow.Sleep
        duration: PT0.2S
      - id: invoice
        type: io.kestra.plugin.core.log.Log
        message: Invoice for {{ taskrun.value }}
  - id: check
    type: io.kestra.plugin.core.flow.If
    condition: "{{ inputs.largest > 100 }}"
    then:
      - id: careful
        type: io.kestra.plugin.core.log.Log
        level: WARN
        message: Sums up to {{ inputs.largest }} are not asked for

outputs:
  - id: result
    type: STRING
    value: "{{ outputs.fetch.value }}"

triggers:
  - id: mornings
    type: io.kestra.plugin.core.trigger.Schedule
    cron: 0 6 * * 1-5
    timezone: Europe/Berlin
  - id: called
    type: io.kestra.plugin.core.trigger.Webhook
    key: change-this-key
`;

const LOAD = `id: nightly_load
namespace: ${SHOP}
description: Copies the stock of the warehouses.
labels:
  team: data

tasks:
  - id: connect
    type: io.kestra.plugin.core.log.Log
    message: Connecting to the warehouse in the north
  - id: copy
    type: io.kestra.plugin.core.execution.Fail
    errorMessage: "The warehouse in the north does not answer: connection refused after 3 attempts"
errors:
  - id: tell
    type: io.kestra.plugin.core.log.Log
    level: WARN
    message: The stock is that of yesterday
`;

const APPROVAL = `id: approval
namespace: ${SHOP}
labels:
  team: sales
tasks:
  - id: ask
    type: io.kestra.plugin.core.flow.Pause
    onResume:
      - id: approved
        type: BOOLEAN
        defaults: true
      - id: reason
        type: STRING
  - id: decide
    type: io.kestra.plugin.core.log.Log
    message: Approved
`;

export interface Shop {
  readonly orders: FlowName;
  readonly good: Execution;
  readonly later: Execution;
  readonly failed: Execution;
  readonly paused: Execution;
}

/** What the namespaces of the shop have beside flows: variables, defaults, secrets, entries, files. */
async function furnish(api: Api): Promise<void> {
  const put = (path: string, body: unknown) => api.call("PUT", path, JSON.stringify(body), "application/json");
  const above = {
    id: "company",
    description: "All that the company runs",
    variables: { currency: "EUR" },
    pluginDefaults: [{ type: "io.kestra.plugin.core.log.Log", values: { level: "INFO" } }],
  };
  const own = { id: SHOP, description: "Orders, invoices, stock", variables: { open: "09:00", regions: ["north"] } };
  for (const one of [above, own]) await api.call("POST", "namespaces", JSON.stringify(one), "application/json");
  await put("namespaces/company/secrets", {
    key: "MAIL_PASSWORD",
    value: "never shown",
    description: "Of the post office",
  });
  await put(`namespaces/${SHOP}/secrets`, {
    key: "BANK_TOKEN",
    value: "never shown",
    tags: [{ key: "team", value: "sales" }],
  });
  await put("namespaces/company/kv/vat", 19);
  await put(`namespaces/${SHOP}/kv/last_invoice`, { number: 4711, to: "anna" });
  const file = new FormData();
  file.set("fileContent", new Blob(["day,sum\n2026-11-27,4711\n"]), "sums.csv");
  await api.call("POST", `namespaces/${SHOP}/files?path=/reports/sums.csv`, file);
}

/** A small shop: flows with revisions, labels and triggers, and executions that went well, failed and wait. */
export async function openShop(api: Api): Promise<Shop> {
  await furnish(api);
  const orders = await api.flow(ORDERS.replace("largest", "most").replaceAll("inputs.largest", "inputs.most"));
  await api.changeFlow(orders, ORDERS);
  const load = await api.flow(LOAD);
  const approval = await api.flow(APPROVAL);
  const good = await api.run(orders);
  const failed = await api.run(load);
  const later = await api.run(orders, { region: "south" });
  const { id } = await api.start(approval);
  return { orders, good, later, failed, paused: await api.reaches(id, "PAUSED") };
}

export function placesOf({ orders, good, later, failed, paused }: Shop): readonly Place[] {
  const room = (tab: string) => `namespaces/edit/${SHOP}/${tab}`;
  return [
    { name: "home", path: "dashboards", shows: "nightly_load" },
    { name: "namespaces", path: "namespaces", shows: "Orders, invoices, stock" },
    { name: "namespace-overview", path: room("overview"), shows: "Orders, invoices, stock" },
    { name: "namespace-flows", path: room("flows"), shows: "nightly_load" },
    { name: "namespace-executions", path: room("executions"), shows: /\d found/ },
    { name: "namespace-variables", path: room("variables"), shows: "currency" },
    { name: "namespace-defaults", path: room("plugin-defaults"), shows: "io.kestra.plugin.core.log.Log" },
    { name: "namespace-secrets", path: room("secrets"), shows: "MAIL_PASSWORD" },
    { name: "namespace-kv", path: room("kv"), shows: "last_invoice" },
    { name: "namespace-files", path: `${room("files")}?file=/reports/sums.csv`, shows: "2026-11-27" },
    { name: "kv", path: "kv", shows: "last_invoice" },
    { name: "secrets", path: "secrets", shows: "BANK_TOKEN" },
    { name: "triggers", path: "admin/triggers", shows: "mornings" },
    { name: "welcome", path: "welcome", shows: "Start from an example" },
    { name: "flows", path: "flows", shows: "nightly_load" },
    { name: "flows-none", path: "flows?filters[namespace][EQUALS]=nowhere", shows: "No flow matches" },
    { name: "flow-new", path: "flows/new", shows: "No problems" },
    { name: "flow-overview", path: pageOfFlow(orders), shows: "mornings" },
    { name: "flow-executions", path: pageOfFlow(orders, "executions"), shows: "2 found" },
    { name: "flow-edit", path: pageOfFlow(orders, "edit"), shows: "No problems" },
    { name: "flow-revisions", path: pageOfFlow(orders, "revisions"), shows: "Restore revision 1" },
    { name: "flow-triggers", path: pageOfFlow(orders, "triggers"), shows: "mornings" },
    { name: "flow-topology", path: pageOfFlow(orders, "topology"), shows: "invoice" },
    { name: "run", path: `run/${orders.namespace}/${orders.id}`, shows: "Largest sum without approval" },
    { name: "executions", path: "executions", shows: /\d found/ },
    { name: "execution-overview", path: pageOf(good), shows: "Outputs of the flow" },
    { name: "execution-gantt", path: pageOf(good, "gantt"), shows: "invoice" },
    { name: "execution-logs", path: pageOf(good, "logs"), shows: "Invoice for dora" },
    { name: "execution-outputs", path: pageOf(good, "outputs"), shows: "fetch" },
    { name: "execution-topology", path: pageOf(good, "topology"), shows: "invoice" },
    { name: "execution-compare", path: pageOf(later, "compare"), shows: "With the execution" },
    { name: "execution-failed", path: pageOf(failed), shows: "Edit the flow" },
    { name: "execution-waiting", path: pageOf(paused), shows: "is paused until somebody resumes it" },
    { name: "missing", path: "nowhere/at/all", shows: "There is no such page" },
  ];
}
