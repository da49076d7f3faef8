/**
 * What no page may do, whatever it is tested for: ask another host, break the rules for content, write an error into the
 * console, or get the server to fail.
 */

import type { BrowserContext } from "@playwright/test";

/** Browsers report each answer of 400 and more as an error. That a server refuses is no error of the page. */
const REFUSED = /^Failed to load resource: the server responded with a status of 4\d\d/;

export class Guard {
  readonly #found: string[] = [];
  #isTroubleExpected = false;
  #expected: RegExp[] = [];

  watch(context: BrowserContext, origins: readonly string[]): void {
    context.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol.startsWith("http") && !origins.includes(origin)) this.tell(`asked another host: ${request.url()}`);
    });
    context.on("response", (response) => {
      if (response.status() >= 500) this.tell(`${response.status()} of ${response.url()}`);
    });
    context.on("console", (message) => {
      if (message.type() === "error" && !REFUSED.test(message.text())) this.tell(`console: ${message.text()}`);
    });
    context.on("weberror", (error) => this.tell(`not caught: ${error.error().stack ?? error.error().message}`));
  }

  /** The server is away from here on: that the page cannot reach it is what is tested. */
  expectNoServer(isAway: boolean): void {
    this.#isTroubleExpected = isAway;
  }

  /** Words that this test provokes. */
  expect(words: RegExp): void {
    this.#expected.push(words);
  }

  private tell(what: string): void {
    if (this.#isTroubleExpected && /ERR_|50[234]/.test(what)) return;
    if (this.#expected.some((words) => words.test(what))) return;
    this.#found.push(what);
  }

  /** What was found, each once. */
  get found(): readonly string[] {
    return [...new Set(this.#found)];
  }
}
