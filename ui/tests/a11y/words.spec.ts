/** No text is written into the code: a language that nobody speaks shows whatever is not in the list of words. */

import { rmSync } from "node:fs";
import { expect, test as plain } from "@playwright/test";
import { openShop, placesOf } from "../harness/places";
import { test } from "../harness/proof";
import { hardCoded, outsideBrackets, pseudoLocale } from "../harness/pseudo";
import { PASSWORD, USER } from "../harness/server";

test("in a language that nobody speaks, no page shows a word of another", async ({ own }) => {
  test.setTimeout(480_000);
  const folder = await pseudoLocale();
  const { server, api, page } = await own({ interface: folder });
  const answers: Promise<string>[] = [];
  page.on("response", (answer) => {
    const { pathname } = new URL(answer.url());
    // A stream has no end that could be waited for.
    const isWhole = pathname.includes("/api/") && !/\/(events|follow)$/.test(pathname);
    if (isWhole) answers.push(answer.text().catch(() => ""));
  });
  /** What the server said so far, and what the address says. */
  const known = async () => `${(await Promise.all(answers)).join(" ")} ${decodeURIComponent(page.url())}`;
  await page.goto(`${server.ui}login`);
  expect.soft(await hardCoded(page, await known()), "login").toEqual([]);
  await page.getByLabel("⟦E-mail address⟧").fill(USER);
  await page.getByLabel("⟦Password⟧").fill(PASSWORD);
  await page.getByRole("button", { name: "⟦Log in⟧" }).click();
  await page.getByRole("navigation", { name: "⟦Menu⟧" }).waitFor();
  for (const { name, path, shows } of placesOf(await openShop(api))) {
    await page.goto(`${server.ui}main/${path}`);
    await expect(page.getByText(shows).first()).toBeAttached();
    expect.soft(await hardCoded(page, await known()), name).toEqual([]);
  }
  rmSync(folder, { recursive: true });
});

plain("what stands in brackets is the interface's own, whatever stands in it", () => {
  expect(outsideBrackets("⟦Delete ⟦3⟧ flows⟧")).toBe("");
  expect(outsideBrackets("⟦Revision⟧ by hand")).toBe("by hand");
});
