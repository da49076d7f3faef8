/** Proof in a real browser: scenarios, accessibility, budgets and pictures. Each is a project, so that each runs alone. */

import { defineConfig } from "@playwright/test";

const MINUTE = 60_000;

/**
 * No name but our own leads anywhere, so whatever looks for the network finds none. One more name stands for a machine in
 * the local network, which browsers trust less than the loopback.
 */
const NAMES = "MAP kapelle.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1";

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  timeout: MINUTE,
  expect: { timeout: 15_000 },
  fullyParallel: true,
  workers: 2,
  forbidOnly: process.env.CI !== undefined,
  reporter: [["list"]],
  use: {
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    // A trace shows each step afterwards, and makes all of them slower.
    trace: process.env.TRACE === undefined ? "off" : "retain-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [`--host-resolver-rules=${NAMES}`],
    },
  },
  projects: [
    { name: "e2e", testMatch: "e2e/**/*.spec.ts" },
    { name: "a11y", testMatch: "a11y/**/*.spec.ts" },
    { name: "perf", testMatch: "perf/**/*.spec.ts", workers: 1, use: { trace: "off" } },
    { name: "screenshots", testMatch: "screenshots/**/*.spec.ts", workers: 1, use: { trace: "off" } },
  ],
});
