/**
 * Pictures of every page in both themes, on a screen and on a phone, for people to look at: all of them in
 * `pictures`, and those that documents show in `docs/screenshots`.
 */

import { copyFileSync, mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { expect } from "@playwright/test";
import { openShop, placesOf } from "../harness/places";
import { signIn, test } from "../harness/proof";

const SIZES = [
  { name: "1280", viewport: { width: 1280, height: 800 } },
  { name: "360", viewport: { width: 360, height: 740 } },
] as const;
const THEMES = ["light", "dark"] as const;

/** What documents show. */
const CHOSEN: ReadonlySet<string> = new Set([
  "flows-light-1280",
  "flow-edit-dark-1280",
  "flow-overview-light-1280",
  "execution-failed-light-1280",
  "execution-gantt-dark-1280",
  "execution-topology-light-1280",
  "execution-logs-dark-1280",
  "execution-waiting-light-360",
  "run-dark-360",
]);

const ALL = resolve(import.meta.dirname, "../../pictures");
const DOCUMENTS = resolve(import.meta.dirname, "../../../docs/screenshots");

test("every page, in both themes and sizes", async ({ own }) => {
  test.setTimeout(900_000);
  mkdirSync(DOCUMENTS, { recursive: true });
  const { server, api, page } = await own({});
  await signIn(page, server.ui);
  const places = placesOf(await openShop(api));
  for (const { name: size, viewport } of SIZES) {
    await page.setViewportSize(viewport);
    for (const { name, path, shows } of places) {
      await page.goto(`${server.ui}main/${path}`);
      await expect(page.getByText(shows).first()).toBeAttached();
      for (const theme of THEMES) {
        await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
        await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe(theme);
        const picture = `${name}-${theme}-${size}`;
        const file = resolve(ALL, `${picture}.png`);
        await page.screenshot({ path: file, animations: "disabled", caret: "hide" });
        if (CHOSEN.has(picture)) copyFileSync(file, resolve(DOCUMENTS, `${picture}.png`));
      }
    }
  }
});
