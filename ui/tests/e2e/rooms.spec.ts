/** Scenario 17: a secret is made, changed and used, and its value is nowhere to be seen afterwards. */

import { expect, type Page } from "@playwright/test";
import { pageOf, pageOfFlow, test } from "../harness/proof";
import { hasState } from "../harness/words";

const VALUE = "s3cr3t-Tr0mbone-4711";

const payments = (namespace: string) => `id: payments
namespace: ${namespace}
tasks:
  - id: give
    type: io.kestra.plugin.core.debug.Return
    format: "Bearer {{ secret('PAY_TOKEN') }}"
  - id: tell
    type: io.kestra.plugin.core.log.Log
    message: "The token is {{ secret('PAY_TOKEN') }}"
  - id: right
    type: io.kestra.plugin.core.log.Log
    runIf: "{{ secret('PAY_TOKEN') | length == ${VALUE.length} }}"
    message: It has the length of what was written
outputs:
  - id: token
    type: STRING
    value: "{{ secret('PAY_TOKEN') }}"
`;

/** Everything that a browser could remember of a page. */
function remembered(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const kept = [localStorage, sessionStorage].map((storage) => JSON.stringify({ ...storage }));
    const databases = (await indexedDB.databases()).map(({ name }) => name);
    const fields = [...document.querySelectorAll("input, textarea")].map((field) => (field as HTMLInputElement).value);
    return [location.href, document.title, document.documentElement.outerHTML, ...kept, databases, fields].join("\n");
  });
}

test("a secret is created and used, and never seen: not in pages, addresses, storage, logs or the debugger", async ({
  page,
  server,
  api,
  at,
  namespace,
}) => {
  test.setTimeout(120_000);
  const told: Promise<string>[] = [];
  const asked: string[] = [];
  page.on("response", (answer) => {
    // A stream has no end that could be waited for; what it tells is read by other requests.
    if (/\/api\//.test(answer.url()) && !/\/events/.test(answer.url())) told.push(answer.text().catch(() => ""));
  });
  page.on("request", (request) => asked.push(`${request.url()} ${request.method()} ${request.postData() ?? ""}`));
  const seen: string[] = [];
  const look = async () => seen.push(await remembered(page));

  const flow = await api.flow(payments(namespace));
  await test.step("create", async () => {
    await page.goto(at(`namespaces/edit/${namespace}/secrets`));
    await page.getByRole("button", { name: "New secret" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("PAY_TOKEN");
    await page.getByRole("textbox", { name: "Value" }).fill(VALUE);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByText("PAY_TOKEN is saved.").first()).toBeVisible();
    await look();
    await page.getByRole("button", { name: "Change PAY_TOKEN" }).click();
    await expect(page.getByRole("textbox", { name: "Value" })).toHaveValue("");
    await page.getByRole("textbox", { name: "Description" }).fill("Of the bank");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByRole("table", { name: "Secrets" })).toContainText("Of the bank");
    await look();
  });

  await test.step("whoever writes it into an output is warned", async () => {
    await page.goto(at(pageOfFlow(flow, "edit")));
    await expect(page.getByRole("region", { name: "Problems" })).toContainText("`give` shows a secret");
    await look();
  });
  await test.step("used", async () => {
    await page.getByRole("link", { name: "Execute", exact: true }).click();
    await page.getByRole("button", { name: "Execute", exact: true }).click();
    await hasState(page, "Success");
    await expect(page.getByRole("log")).toContainText("It has the length of what was written");
    await look();
  });
  const execution = await api.lastOf(flow);
  await test.step("masked wherever it was used", async () => {
    await page.goto(at(pageOf(execution)));
    await expect(page.getByRole("tree", { name: "Outputs of the flow" })).toContainText("token");
    await look();
    await page.goto(at(pageOf(execution, "logs")));
    await expect(page.getByRole("log")).toContainText("The token is ******");
    await look();
    await page.goto(at(pageOf(execution, "outputs")));
    await expect(page.getByRole("tree", { name: /Outputs of give/ })).toContainText("******");
    await look();
  });
  await test.step("masked in the debugger, also when it is turned into something else", async () => {
    for (const [written, told] of [
      ["{{ secret('PAY_TOKEN') }}", "******"],
      ["{{ secret('PAY_TOKEN') | upper }}", "******"],
      ["{{ outputs.give.value }}", "******"],
    ] as const) {
      await page.getByLabel("Try an expression").fill(written);
      await page.getByRole("button", { name: "Evaluate" }).click();
      await expect(page.getByRole("region", { name: "Result" })).toContainText(told);
      await look();
    }
  });

  const written = asked.filter((request) => request.includes(VALUE));
  expect(written, "the value leaves the browser once, in the body of what creates it").toHaveLength(1);
  expect(written[0]).toMatch(new RegExp(`namespaces/${namespace}/secrets PUT `));
  const everywhere = [
    ...seen,
    ...(await Promise.all(told)),
    server.words,
    JSON.stringify(await page.context().storageState()),
  ];
  for (const form of [VALUE, VALUE.toUpperCase(), encodeURIComponent(VALUE), btoa(VALUE)]) {
    expect(everywhere.filter((text) => text.includes(form))).toEqual([]);
  }
});
