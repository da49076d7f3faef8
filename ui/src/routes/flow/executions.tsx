/** The executions of one flow. */

import { useNavigate, useSearch } from "@tanstack/react-router";
import type { Flow } from "../../api/types";
import { ExecutionList } from "../../features/executionlist/list";

const ROUTE = "/$tenant/flows/edit/$namespace/$id/$tab";

export function FlowExecutions({ tenant, flow }: { readonly tenant: string; readonly flow: Flow }) {
  const search = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  return (
    <div className="flex flex-1 flex-col pt-3">
      <ExecutionList tenant={tenant} flow={flow} search={search} onSearch={(next) => void navigate({ search: next })} />
    </div>
  );
}
