/** The list of executions. */

import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ExecutionList } from "../../features/executionlist/list";
import { t } from "../../i18n/text";
import { PageHead } from "../../kit/page";

export function ExecutionsPage() {
  const { tenant } = useParams({ from: "/$tenant/executions" });
  const search = useSearch({ from: "/$tenant/executions" });
  const navigate = useNavigate({ from: "/$tenant/executions" });
  return (
    <>
      <PageHead title={t("executions.title")} name={t("executions.title")} />
      <ExecutionList
        tenant={tenant}
        search={search}
        onSearch={(next, how) => void navigate({ search: next, ...how })}
      />
    </>
  );
}
