/** The replay of an execution, which opens what it made. */

import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { flow } from "../../api/flows";
import type { Execution } from "../../api/types";
import { type Beginning, ReplayDialog } from "../../features/actions/replay";

interface Props {
  readonly tenant: string;
  readonly execution: Execution;
  readonly from?: Beginning;
  readonly onClose: () => void;
}

export function Replay(props: Props) {
  const { tenant, execution } = props;
  const { namespace, flowId } = execution;
  const navigate = useNavigate();
  const newest = useQuery(flow(tenant, { namespace, id: flowId }));
  const open = (made: Execution) => {
    const params = { tenant, namespace: made.namespace, flowId: made.flowId, id: made.id, tab: "overview" };
    void navigate({ to: "/$tenant/executions/$namespace/$flowId/$id/$tab", params });
  };
  return <ReplayDialog {...props} latest={newest.data?.revision} onDone={open} />;
}
