/**
 * Keeps what is written: in the browser every two seconds, on the server every ten. What says the same as what is saved is
 * no draft, and is forgotten.
 */

import { useCallback, useEffect, useRef, useState } from "react";
import { forgetDraft, keepDraft } from "../../api/drafts";
import { Problem } from "../../api/errors";
import type { FlowName } from "../../api/flows";
import { forgetLocal, keepLocal } from "../../features/source/drafts";

const LOCAL_MS = 2_000;
const SERVER_MS = 10_000;

/** A server that keeps no drafts is not asked again. */
let hasDrafts = true;

/** What the server was asked last. One thing comes after the other: a draft on its way must not outlive its end. */
let last: Promise<unknown> = Promise.resolve();

function keepRemote(tenant: string, name: FlowName, text: string, base: number): Promise<boolean> {
  const asked = last.then(async () => {
    try {
      if (hasDrafts) await keepDraft(tenant, name, text, base);
      return hasDrafts;
    } catch (error) {
      // The browser has it too; only a server that does not know drafts at all is left alone.
      if (error instanceof Problem && error.isMissing) hasDrafts = false;
      return false;
    }
  });
  last = asked;
  return asked;
}

export function forgetAll(tenant: string, name: FlowName): void {
  forgetLocal(tenant, name.namespace, name.id);
  if (hasDrafts) last = last.then(() => forgetDraft(tenant, name)).catch(() => {});
}

interface Keeping {
  /** Whether the text as it stands is kept. */
  readonly isKept: boolean;
  /** Keeps it at once in the browser, and says whether that could be done. */
  readonly keepNow: () => boolean;
  /** The text is saved, and the page goes: what it still holds is no draft any more. */
  readonly forget: () => void;
}

/** The text of the beginning is either saved or a draft, so it is kept already. */
export function useKept(
  tenant: string,
  { namespace, id }: FlowName,
  text: string,
  base: number,
  isChanged: boolean,
): Keeping {
  const present = useRef({ text, base, isChanged });
  present.current = { text, base, isChanged };
  const local = useRef(text);
  const server = useRef("");
  const hasKept = useRef(isChanged);
  const [kept, setKept] = useState(text);
  const keepNow = useCallback(() => {
    const now = present.current;
    if (!now.isChanged || now.text === local.current) return true;
    if (!keepLocal(tenant, namespace, id, { text: now.text, base: now.base, at: Date.now() })) return false;
    local.current = now.text;
    hasKept.current = true;
    setKept(now.text);
    return true;
  }, [tenant, namespace, id]);
  useEffect(() => {
    const name = { namespace, id };
    if (!isChanged) {
      if (hasKept.current) forgetAll(tenant, name);
      hasKept.current = false;
      local.current = "";
      server.current = "";
      return;
    }
    const remote = async () => {
      const now = present.current;
      if (now.text === server.current) return;
      server.current = now.text;
      hasKept.current = true;
      if (await keepRemote(tenant, name, now.text, now.base)) setKept(now.text);
    };
    const timers = [setInterval(keepNow, LOCAL_MS), setInterval(() => void remote(), SERVER_MS)];
    // A tab that goes away has no two seconds any more.
    addEventListener("pagehide", keepNow);
    return () => {
      timers.forEach(clearInterval);
      removeEventListener("pagehide", keepNow);
      keepNow();
    };
  }, [tenant, namespace, id, isChanged, keepNow]);
  const forget = () => {
    [local, server].forEach((kept) => {
      kept.current = present.current.text;
    });
    hasKept.current = false;
    forgetAll(tenant, { namespace, id });
  };
  return { isKept: kept === text, keepNow, forget };
}
