/** What needs somebody, the most pressing first: broken triggers, flows that failed last, late triggers, long waits. Pure. */

import type { Home, Named, NamedTrigger, WaitingGroup } from "../../api/home";

export type Matter =
  | { readonly kind: "broken"; readonly trigger: NamedTrigger }
  | { readonly kind: "failed"; readonly run: Named }
  | { readonly kind: "late"; readonly trigger: NamedTrigger }
  | { readonly kind: "waiting"; readonly group: WaitingGroup };

export function matters({ failedLast, waiting, late, triggerErrors }: Home["attention"]): readonly Matter[] {
  return [
    ...(triggerErrors ?? []).map((trigger) => ({ kind: "broken", trigger }) as const),
    ...failedLast.map((run) => ({ kind: "failed", run }) as const),
    ...(late ?? []).map((trigger) => ({ kind: "late", trigger }) as const),
    ...waiting.map((group) => ({ kind: "waiting", group }) as const),
  ];
}

export function keyOf(matter: Matter): string {
  switch (matter.kind) {
    case "failed":
      return `failed ${matter.run.executionId}`;
    case "waiting":
      return `waiting ${matter.group.cause}`;
    default: {
      const { namespace, flowId, triggerId } = matter.trigger;
      return `${matter.kind} ${namespace}/${flowId}/${triggerId}`;
    }
  }
}
