/** Scenario 8: whatever does not move names the one cause, and what is offered works. */

import { expect, type Page } from "@playwright/test";
import type { Api, Execution, FlowName } from "../harness/api";
import { pageOf, test } from "../harness/proof";
import { choose, confirm, hasState, takeOffer } from "../harness/words";

interface Situation {
  readonly name: string;
  /** What the flow consists of besides its name. */
  readonly flow: string;
  /** Brings an execution into the situation. */
  readonly arrange: (api: Api, flow: FlowName) => Promise<Execution>;
  readonly state: string;
  readonly words: RegExp;
  /** Does what is offered, and sees that it works. */
  readonly act: (page: Page) => Promise<void>;
}

const pause = `
tasks:
  - id: ask
    type: io.kestra.plugin.core.flow.Pause`;

async function started(api: Api, flow: FlowName, state: string, query = ""): Promise<Execution> {
  const { id } = await api.start(flow, {}, query);
  return api.reaches(id, state);
}

async function resume(page: Page): Promise<void> {
  await takeOffer(page, "Resume");
  await hasState(page, "Success");
}

async function kill(page: Page): Promise<void> {
  await takeOffer(page, "Kill");
  await hasState(page, "Killed");
}

const SITUATIONS: readonly Situation[] = [
  {
    name: "a place in the limit of its flow",
    flow: `concurrency:
  limit: 1
  behavior: QUEUE
${pause}`,
    arrange: async (api, flow) => {
      await started(api, flow, "PAUSED");
      return started(api, flow, "QUEUED");
    },
    state: "Queued",
    words: /waits for a place in the limit of `\S+`, which has 1/,
    act: async (page) => {
      await takeOffer(page, "Unqueue");
      await hasState(page, "Paused");
    },
  },
  {
    name: "a person",
    flow: pause,
    arrange: (api, flow) => started(api, flow, "PAUSED"),
    state: "Paused",
    words: /is paused until somebody resumes it$/,
    act: resume,
  },
  {
    name: "a person, or the end of a pause",
    flow: `${pause}
    timeout: PT1H`,
    arrange: (api, flow) => started(api, flow, "PAUSED"),
    state: "Paused",
    words: /is paused until somebody resumes it, or \d{4}-/,
    act: resume,
  },
  {
    name: "who paused all of it",
    flow: `
tasks:
  - id: rest
    type: io.kestra.plugin.core.flow.Sleep
    duration: PT3S
  - id: end
    type: io.kestra.plugin.core.log.Log
    message: done`,
    arrange: async (api, flow) => {
      const { id } = await started(api, flow, "RUNNING");
      await api.call("POST", `executions/${id}/pause`);
      return api.reaches(id, "PAUSED");
    },
    state: "Paused",
    words: /somebody paused the whole execution/,
    act: resume,
  },
  {
    name: "its date",
    flow: `
tasks:
  - id: only
    type: io.kestra.plugin.core.log.Log
    message: at last`,
    arrange: (api, flow) => started(api, flow, "CREATED", "scheduleDate=2036-01-01T00:00:00Z"),
    state: "Created",
    words: /starts at 2036-01-01/,
    act: async (page) => {
      await choose(page, "Force run");
      await confirm(page, "Force run");
      await hasState(page, "Success");
    },
  },
  {
    name: "its next try",
    flow: `
tasks:
  - id: only
    type: io.kestra.plugin.core.execution.Fail
    errorMessage: not yet
    retry:
      type: constant
      interval: PT1H
      maxAttempts: 3`,
    arrange: async (api, flow) => {
      const { id } = await api.start(flow);
      await expect.poll(async () => (await api.execution(id)).taskRunList?.[0]?.state.current).toBe("RETRYING");
      return api.execution(id);
    },
    state: "Retrying",
    words: /is tried again at \S+, after attempt 1 of 3/,
    act: kill,
  },
  {
    name: "the next look at its condition",
    flow: `
tasks:
  - id: until
    type: io.kestra.plugin.core.flow.LoopUntil
    condition: "{{ false }}"
    checkFrequency:
      interval: PT1H
    tasks:
      - id: look
        type: io.kestra.plugin.core.log.Log
        message: looking`,
    arrange: async (api, flow) => {
      const { id } = await api.start(flow);
      await expect
        .poll(async () => (await api.call<{ cause: string | null }>("GET", `executions/${id}/why`)).cause)
        .toBe("DELAY");
      return api.execution(id);
    },
    state: "Paused",
    words: /looks at its condition again at \d{4}-/,
    act: kill,
  },
];

for (const { name, flow: body, arrange, state, words, act } of SITUATIONS) {
  test(`an execution that waits for ${name} says so, and what is offered works`, async ({
    page,
    api,
    at,
    namespace,
  }) => {
    const flow = await api.flow(`id: waiting\nnamespace: ${namespace}\n${body}\n`);
    const execution = await arrange(api, flow);
    await page.goto(at(pageOf(execution)));
    const why = page.getByRole("region", { name: "Why it waits" });
    await expect(why.getByRole("heading")).toContainText(state);
    await expect(why.getByText(words)).toBeVisible();
    await act(page);
  });
}

const parent = (namespace: string) => `id: parent
namespace: ${namespace}
tasks:
  - id: below
    type: io.kestra.plugin.core.flow.Subflow
    namespace: ${namespace}
    flowId: child
    wait: true
`;

test("an execution that waits for another one leads to it, and goes on after it", async ({
  page,
  api,
  at,
  namespace,
}) => {
  const child = await api.flow(`id: child\nnamespace: ${namespace}\n${pause}\n`);
  const execution = await started(api, await api.flow(parent(namespace)), "RUNNING");
  const { id } = await api.lastOf(child);
  await api.reaches(id, "PAUSED");
  await page.goto(at(pageOf(execution)));
  const why = page.getByRole("region", { name: "Why it waits" });
  await expect(why).toContainText("waits for executions that it started: 1 of 1 are open");
  await why.getByRole("link", { name: id }).click();
  await page
    .getByRole("table", { name: "Executions" })
    .getByRole("link", { name: id.slice(0, 4) })
    .first()
    .click();
  await resume(page);
  expect((await api.reaches(execution.id, "SUCCESS")).state.current).toBe("SUCCESS");
});
