/** Places that several scenarios look at, by role and name. */

import { expect, type Locator, type Page } from "@playwright/test";

/** The text of an editor. Its name is what it edits. */
export function editor(page: Page, name: string | RegExp): Locator {
  return page.getByRole("textbox", { name });
}

/** Puts a text in place of the one that is there, by pasting as people do. */
export async function paste(place: Locator, text: string): Promise<void> {
  await place.press("Control+A");
  await place.evaluate((element, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", pasted);
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

/**
 * Takes what an editor offers, by the keyboard. A list that has just opened leaves keys to the text for 75 ms, so that nobody
 * who goes on typing takes something unseen; who reads it first is later than that, and a test has to be, too.
 */
export async function takeCompletion(page: Page, name: RegExp): Promise<void> {
  const offered = page.getByRole("option", { name });
  await expect(offered).toHaveAttribute("aria-selected", "true");
  await page.waitForTimeout(100);
  await page.keyboard.press("Enter");
}

/** What the server found in the text of the editor. */
export function problems(page: Page): Locator {
  return page.getByRole("region", { name: "Problems" });
}

export async function isClean(page: Page): Promise<void> {
  await expect(problems(page)).toContainText("No problems");
}

/** The state of an execution, as its page says it. */
export async function hasState(page: Page, word: string): Promise<void> {
  await expect(page.getByRole("main").getByText(word, { exact: true }).first()).toBeVisible();
}

/** The rows of a list without its head, each as one text. How far off something is differs from look to look. */
export async function rowsOf(page: Page, list: string): Promise<readonly string[]> {
  const rows = page.getByRole("table", { name: list }).getByRole("row");
  await expect(rows.nth(1)).toBeVisible();
  const texts = await rows.allInnerTexts();
  return texts.slice(1).map((text) => text.replace(/(\d+ \w+ ago|in \d+ \w+|now)(?=\s*$)/gm, "then"));
}

/** Says yes in the dialog that tells what an action will do. */
export async function confirm(page: Page, action: string): Promise<void> {
  await page.getByRole("dialog").getByRole("button", { name: action, exact: true }).click();
}

/** Takes what the panel about waiting offers. */
export async function takeOffer(page: Page, action: string): Promise<void> {
  const why = page.getByRole("region", { name: "Why it waits" });
  await why.getByRole("button", { name: action, exact: true }).click();
  await confirm(page, action);
}

/** Opens the menu of further actions and chooses one. */
export async function choose(page: Page, action: string): Promise<void> {
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: action }).click();
}
