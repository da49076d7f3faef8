/** Whether the server has another interface by now than the one that runs here. Each build gives its first script a name. */

import { QUIET } from "./quiet";

const NAME = /assets\/index-[\w-]+\.js/;

/** `false` too if that cannot be known: a development server has no such names, and one that is away says nothing. */
export async function isOutdated(): Promise<boolean> {
  const mine = document.querySelector<HTMLScriptElement>("script[type=module]")?.src.match(NAME)?.[0];
  if (mine === undefined) return false;
  try {
    const answer = await fetch(document.baseURI, { ...QUIET, headers: { accept: "text/html" } });
    const theirs = answer.ok ? (await answer.text()).match(NAME)?.[0] : undefined;
    return theirs !== undefined && theirs !== mine;
  } catch {
    return false;
  }
}
