/** Every page in every theme, looked at by axe. What it calls moderate counts too. */

import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { openShop, type Place, placesOf } from "../harness/places";
import { signIn, test } from "../harness/proof";

/** What a system asks for, and the theme that the page then has. */
const THEMES = [
  { theme: "light", media: { colorScheme: "light", contrast: "no-preference" } },
  { theme: "dark", media: { colorScheme: "dark", contrast: "no-preference" } },
  { theme: "contrast", media: { colorScheme: "dark", contrast: "more" } },
] as const;
const COUNTED = ["moderate", "serious", "critical"];

/** What is wrong, and where it was seen: what is wrong everywhere is told once. */
class Findings {
  /** Rules that say nothing about what is looked at. */
  constructor(private readonly explained: readonly string[] = []) {}

  readonly #seen = new Map<string, string[]>();

  /** Looks at the page as it stands, in each theme. */
  async look(page: Page, name: string): Promise<void> {
    for (const { theme, media } of THEMES) {
      await page.emulateMedia({ ...media, reducedMotion: "reduce" });
      await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe(theme);
      // Themes differ in colours alone, so the second look is for those.
      const axe = new AxeBuilder({ page });
      const { violations } = await (theme === "light" ? axe : axe.withRules(["color-contrast"])).analyze();
      for (const { id, impact, nodes } of violations) {
        if (!COUNTED.includes(impact ?? "") || this.explained.includes(id)) continue;
        for (const { html } of nodes) this.#add(`${impact} ${id}: ${html}`, `${name}, ${theme}`);
      }
    }
  }

  #add(what: string, where: string): void {
    this.#seen.set(what, [...(this.#seen.get(what) ?? []), where]);
  }

  get all(): readonly string[] {
    return [...this.#seen].map(([what, where]) => `${what} (${where.join("; ")})`);
  }
}

async function open(page: Page, ui: string, { path, shows }: Place): Promise<void> {
  await page.goto(`${ui}main/${path}`);
  await expect(page.getByText(shows).first()).toBeVisible();
}

/** Two tests at a time: one alone would be waited for at the end. */
const PARTS = 2;

for (let part = 0; part < PARTS; part += 1) {
  test(`axe finds nothing on any page, in no theme: part ${part + 1} of ${PARTS}`, async ({ own }) => {
    test.setTimeout(600_000);
    const found = new Findings();
    const { server, api, page } = await own({});
    await signIn(page, server.ui);
    const places = placesOf(await openShop(api)).filter((_, index) => index % PARTS === part);
    for (const place of places) {
      await test.step(place.name, async () => {
        await open(page, server.ui, place);
        await found.look(page, place.name);
      });
    }
    expect(found.all).toEqual([]);
  });
}

test("axe finds nothing in what opens over a page", async ({ own }) => {
  test.setTimeout(360_000);
  // A menu lies over the page and belongs to none of its parts.
  const found = new Findings(["region"]);
  const { server, api, page } = await own({});
  await signIn(page, server.ui);
  const { paused } = await openShop(api);
  await page.goto(`${server.ui}main/executions/${paused.namespace}/${paused.flowId}/${paused.id}`);
  await expect(page.getByRole("region", { name: "Why it waits" })).toBeVisible();
  const openings = [
    { name: "palette", open: () => page.keyboard.press("Control+K"), role: "dialog" },
    { name: "keys", open: () => page.keyboard.press("?"), role: "dialog" },
    { name: "menu of actions", open: () => page.getByRole("button", { name: "More actions" }).click(), role: "menu" },
    { name: "menu of the user", open: () => page.getByRole("button", { name: "You and your" }).click(), role: "menu" },
    { name: "form", open: () => page.getByRole("button", { name: "Resume" }).first().click(), role: "dialog" },
    { name: "question", open: () => page.getByRole("button", { name: "Kill" }).first().click(), role: "dialog" },
  ] as const;
  for (const { name, open: begin, role } of openings) {
    await begin();
    await expect(page.getByRole(role)).toBeVisible();
    await found.look(page, name);
    await page.keyboard.press("Escape");
    await expect(page.getByRole(role)).toBeHidden();
  }
  const sheets = [
    { name: "import", path: "flows", button: "Import" },
    { name: "new namespace", path: "namespaces", button: "New namespace" },
    { name: "new secret", path: "secrets", button: "New secret" },
    { name: "new entry", path: "kv", button: "New key" },
  ] as const;
  for (const { name, path, button } of sheets) {
    await page.goto(`${server.ui}main/${path}`);
    await page.getByRole("button", { name: button }).click();
    await expect(page.getByRole("dialog")).toBeVisible();
    await found.look(page, name);
  }
  expect(found.all).toEqual([]);
});

test("axe finds nothing on the pages for who is not signed in", async ({ own }) => {
  const found = new Findings();
  const { server, page } = await own({});
  await page.goto(`${server.ui}login`);
  await expect(page.getByRole("heading", { name: "Log in" })).toBeVisible();
  await found.look(page, "login");
  const fresh = await own({ hasAccount: false });
  await fresh.page.goto(fresh.server.ui);
  await expect(fresh.page.getByRole("heading", { name: "First account" })).toBeVisible();
  await found.look(fresh.page, "setup");
  expect(found.all).toEqual([]);
});
