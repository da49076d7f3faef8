/** Keeps what is written: in the browser every two seconds, on the server every ten, and not at all when it is saved. */

import { useEffect, useRef } from "react";
import { forgetDraft, keepDraft } from "../../api/drafts";
import { Problem } from "../../api/errors";
import type { FlowName } from "../../api/flows";
import { forgetLocal, keepLocal } from "../../features/source/drafts";

const LOCAL_MS = 2_000;
const SERVER_MS = 10_000;

/** A server that keeps no drafts is not asked again. */
let hasDrafts = true;

async function keep(tenant: string, name: FlowName, text: string, base: number): Promise<void> {
  try {
    await keepDraft(tenant, name, text, base);
  } catch (error) {
    // The browser has it too; only a server that does not know drafts at all is left alone.
    if (error instanceof Problem && error.isMissing) hasDrafts = false;
  }
}

export function useKept(tenant: string, { namespace, id }: FlowName, text: string, base: number, isChanged: boolean) {
  const present = useRef({ text, base });
  present.current = { text, base };
  useEffect(() => {
    if (!isChanged) return;
    let [local, server] = ["", ""];
    const browser = () => {
      if (present.current.text === local) return;
      local = present.current.text;
      keepLocal(tenant, namespace, id, { ...present.current, at: Date.now() });
    };
    const remote = () => {
      if (!hasDrafts || present.current.text === server) return;
      server = present.current.text;
      void keep(tenant, { namespace, id }, server, present.current.base);
    };
    const timers = [setInterval(browser, LOCAL_MS), setInterval(remote, SERVER_MS)];
    // A tab that goes away has no two seconds any more.
    addEventListener("pagehide", browser);
    return () => {
      timers.forEach(clearInterval);
      removeEventListener("pagehide", browser);
      browser();
    };
  }, [tenant, namespace, id, isChanged]);
}

export function forgetAll(tenant: string, name: FlowName): void {
  forgetLocal(tenant, name.namespace, name.id);
  if (hasDrafts) void forgetDraft(tenant, name).catch(() => {});
}
