/** The test of all proofs: a server for each worker, a browser that is signed in, and a guard over both. */

import { type Browser, type BrowserContext, test as base, type Page } from "@playwright/test";
import { Api, type Execution, type FlowName } from "./api";
import { Guard } from "./guard";
import { PASSWORD, Server, USER, type Wanted } from "./server";

type Session = Awaited<ReturnType<BrowserContext["storageState"]>>;

interface OfWorker {
  readonly server: Server;
  readonly session: Session;
}

type ContextOptions = Parameters<Browser["newContext"]>[0];

interface Own {
  readonly server: Server;
  readonly api: Api;
  readonly page: Page;
}

/** A browser that keeps nothing from before. */
export const NOBODY: Session = { cookies: [], origins: [] };

interface OfTest {
  readonly api: Api;
  readonly guard: Guard;
  /** A namespace of this test alone: others run beside it on the same server. */
  readonly namespace: string;
  /** Where pages are: `at("executions")`. */
  readonly at: (path: string) => string;
  /** A server for this test alone, and a browser that nobody is signed in to. */
  readonly own: (wanted: Wanted, options?: ContextOptions) => Promise<Own>;
  /** Another browser, signed in as well, under the same guard. */
  readonly another: (options?: ContextOptions) => Promise<BrowserContext>;
}

export async function signIn(page: Page, ui: string): Promise<void> {
  await page.goto(`${ui}login`);
  await page.getByLabel("E-mail address").fill(USER);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("navigation", { name: "Menu" }).waitFor();
}

async function newSession(browser: Browser, server: Server): Promise<Session> {
  const context = await browser.newContext({ storageState: NOBODY });
  await signIn(await context.newPage(), server.ui);
  const session = await context.storageState();
  await context.close();
  return session;
}

export const test = base.extend<OfTest, OfWorker>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: this is how a fixture says that it needs no other.
    async ({}, use) => {
      const server = await Server.start();
      await use(server);
      await server.close();
    },
    { scope: "worker", timeout: 60_000 },
  ],
  session: [
    async ({ browser, server }, use) => {
      await use(await newSession(browser, server));
    },
    { scope: "worker", timeout: 60_000 },
  ],
  api: async ({ server }, use) => use(new Api(server)),
  guard: [
    // biome-ignore lint/correctness/noEmptyPattern: as above.
    async ({}, use) => {
      const guard = new Guard();
      await use(guard);
      if (guard.found.length > 0) throw new Error(`what no page may do:\n${guard.found.join("\n")}`);
    },
    { auto: true },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  namespace: async ({}, use, info) => {
    await use(`e2e.t${info.testId.replace(/\W/g, "").slice(-8)}r${info.retry}`);
  },
  at: async ({ server }, use) => use((path) => `${server.ui}main/${path}`),
  storageState: async ({ session }, use) => use(session),
  context: async ({ context, guard, server }, use) => {
    guard.watch(context, [server.origin]);
    await use(context);
  },
  own: async ({ browser, guard }, use) => {
    const made: { readonly server: Server; readonly context: BrowserContext }[] = [];
    await use(async (wanted, options = {}) => {
      const server = await Server.start(wanted);
      const context = await browser.newContext({ ...options, storageState: NOBODY });
      guard.watch(context, [server.origin, server.named]);
      made.push({ server, context });
      return { server, api: new Api(server), page: await context.newPage() };
    });
    for (const { server, context } of made) {
      await context.close();
      await server.close();
    }
  },
  another: async ({ browser, guard, server }, use) => {
    const made: BrowserContext[] = [];
    await use(async (options = {}) => {
      const context = await browser.newContext(options);
      guard.watch(context, [server.origin]);
      made.push(context);
      return context;
    });
    await Promise.all(made.map((context) => context.close()));
  },
});

/** Where the page of an execution is. */
export function pageOf({ namespace, flowId, id }: Execution, tab = "overview"): string {
  return `executions/${namespace}/${flowId}/${id}/${tab}`;
}

export function pageOfFlow({ namespace, id }: FlowName, tab = "overview"): string {
  return `flows/edit/${namespace}/${id}/${tab}`;
}
