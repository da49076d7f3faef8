/** How long executions of flows usually take: the median of the last ones of each. */

import { useQuery } from "@tanstack/react-query";
import type { FlowName } from "../../api/flows";
import { flowFigures } from "../../api/home";

/** What is known of a flow by its name. */
interface OfFlow {
  readonly namespace: string;
  readonly flowId: string;
}

/** Each flow once, in an order that does not depend on that of the rows: the same flows are the same question. */
export function flowsOf(rows: readonly OfFlow[]): readonly FlowName[] {
  const names = new Map(rows.map(({ namespace, flowId }) => [`${namespace}/${flowId}`, { namespace, id: flowId }]));
  return [...names.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, name]) => name);
}

/** The median of the flow of an execution in milliseconds; nothing as long as it is not known. */
export function useUsual(tenant: string, rows: readonly OfFlow[]): (of: OfFlow) => number | null | undefined {
  const found = useQuery({ ...flowFigures(tenant, flowsOf(rows)), staleTime: 60_000 });
  const medians = new Map(found.data?.map(({ namespace, id, medianMs }) => [`${namespace}/${id}`, medianMs]));
  return ({ namespace, flowId }) => medians.get(`${namespace}/${flowId}`);
}
