/** The event stream as a page sees it: subscribe to topics, and see how the line is. */

import { address, of } from "../client";
import { Connection } from "./connection";
import type { FromWorker, Line, ToWorker } from "./protocol";

type Listener = () => void;

/** Says to whoever holds the line what this page wants. */
type Send = (message: ToWorker) => void;

const listeners = new Map<string, Set<Listener>>();
const watchers = new Set<() => void>();
let line: Line = { state: "idle", heard: null };
let send: Send | null = null;
let tenant = "main";

function receive(message: FromWorker): void {
  if (message.kind === "line") {
    line = message.line;
    for (const watcher of watchers) watcher();
    return;
  }
  for (const [topic, known] of listeners) {
    if (message.kind === "reset" || message.topics.includes(topic)) for (const listener of known) listener();
  }
}

/** A worker shared by all tabs; without it a line of this tab's own, let go while the tab is hidden. */
function open(): Send {
  if (typeof SharedWorker === "undefined") return openAlone();
  const worker = new SharedWorker(new URL("./worker.ts", import.meta.url), { type: "module", name: "kapelle-events" });
  worker.port.onmessage = (message: MessageEvent<FromWorker>) => receive(message.data);
  const post: Send = (message) => worker.port.postMessage(message);
  addEventListener("pagehide", () => post({ kind: "bye" }));
  addEventListener("pageshow", (event) => event.persisted && update());
  return post;
}

function openAlone(): Send {
  const connection = new Connection(receive);
  document.addEventListener("visibilitychange", update);
  return (message) => {
    const isWanted = message.kind === "follow" && document.visibilityState === "visible";
    connection.follow(message.kind === "follow" ? message.address : "", isWanted ? message.topics : []);
  };
}

function update(): void {
  send ??= open();
  send({ kind: "follow", address: address(of(tenant, "events")), topics: [...listeners.keys()] });
}

/** Calls the listener at each change of a topic, until the answer is called. */
export function subscribe(ofTenant: string, topic: string, listener: Listener): () => void {
  tenant = ofTenant;
  const known = listeners.get(topic) ?? new Set();
  known.add(listener);
  listeners.set(topic, known);
  update();
  return () => {
    known.delete(listener);
    if (known.size > 0 || listeners.get(topic) !== known) return;
    listeners.delete(topic);
    update();
  };
}

export function watchLine(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

export function currentLine(): Line {
  return line;
}
