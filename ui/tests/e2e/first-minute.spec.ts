/** Scenario 1: from a server that nobody has used to a green execution. */

import { expect } from "@playwright/test";
import { test } from "../harness/proof";
import { hasState } from "../harness/words";

const CLICKS_MAX = 6;
const WITHIN_MS = 15_000;

test("a fresh server leads through the first account and an example to a green execution", async ({ own }) => {
  const { server, page } = await own({ hasAccount: false });
  let clicks = 0;
  const click = async (name: string) => {
    clicks += 1;
    await page.getByRole("button", { name }).click();
  };
  const begin = Date.now();

  await page.goto(server.ui);
  await expect(page.getByRole("heading", { name: "First account" })).toBeVisible();
  await page.getByLabel("E-mail address").fill("anna@company.test");
  await page.getByLabel("Password").fill("Monday2026");
  await click("Create the account");
  await expect(page.getByRole("heading", { name: "Welcome to Kapelle" })).toBeVisible();
  await click("Start with this: Hello");
  await click("Execute");
  await expect(page.getByRole("log")).toContainText("Hello World");
  await hasState(page, "Success");

  expect(clicks).toBeLessThanOrEqual(CLICKS_MAX);
  expect(Date.now() - begin).toBeLessThan(WITHIN_MS);
});
