/** The worker that holds the event stream for all tabs of a browser. Browsers allow six lines to a server. */

import { Connection } from "./connection";
import type { FromWorker, ToWorker } from "./protocol";

interface Tab {
  readonly port: MessagePort;
  topics: readonly string[];
}

const tabs = new Set<Tab>();
const connection = new Connection(tell);

/** Changes go to the tabs that asked for them, everything else to all. */
function tell(message: FromWorker): void {
  for (const tab of tabs) {
    if (message.kind !== "changed" || message.topics.some((topic) => tab.topics.includes(topic)))
      tab.port.postMessage(message);
  }
}

function heard(tab: Tab, message: ToWorker): void {
  if (message.kind === "bye") {
    tab.topics = [];
    tabs.delete(tab);
  } else {
    tab.topics = message.topics;
    tabs.add(tab);
    address = message.address;
    tab.port.postMessage({ kind: "line", line: connection.line } satisfies FromWorker);
  }
  connection.follow(
    address,
    [...tabs].flatMap((other) => other.topics),
  );
}

let address = "";

addEventListener("connect", (event) => {
  const port = (event as MessageEvent).ports[0];
  if (!port) return;
  const tab: Tab = { port, topics: [] };
  tabs.add(tab);
  port.onmessage = (message: MessageEvent<ToWorker>) => heard(tab, message.data);
});
