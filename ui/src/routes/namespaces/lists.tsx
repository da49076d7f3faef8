/** The flows and the executions of a namespace and of those below it. */

import { useNavigate, useSearch } from "@tanstack/react-router";
import { ExecutionList } from "../../features/executionlist/list";
import { FlowList } from "../../features/flowlist/list";
import { type BodyProps, NAMESPACE_ROUTE } from "./namespace";

export function NamespaceFlows({ tenant, namespace }: BodyProps) {
  const search = useSearch({ from: NAMESPACE_ROUTE });
  const navigate = useNavigate({ from: NAMESPACE_ROUTE });
  return (
    <div className="flex flex-1 flex-col pt-3">
      <FlowList
        tenant={tenant}
        namespace={namespace.id}
        search={search}
        onSearch={(next) => void navigate({ search: next })}
      />
    </div>
  );
}

export function NamespaceExecutions({ tenant, namespace }: BodyProps) {
  const search = useSearch({ from: NAMESPACE_ROUTE });
  const navigate = useNavigate({ from: NAMESPACE_ROUTE });
  return (
    <div className="flex flex-1 flex-col pt-3">
      <ExecutionList
        tenant={tenant}
        namespace={namespace.id}
        search={search}
        onSearch={(next) => void navigate({ search: next })}
      />
    </div>
  );
}
