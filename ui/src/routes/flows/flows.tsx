/** The list of flows. */

import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { FlowList } from "../../features/flowlist/list";
import { t } from "../../i18n/text";
import { ButtonLink } from "../../kit/button";
import { PageHead } from "../../kit/page";

export function FlowsPage() {
  const { tenant } = useParams({ from: "/$tenant/flows" });
  const search = useSearch({ from: "/$tenant/flows" });
  const navigate = useNavigate({ from: "/$tenant/flows" });
  return (
    <>
      <PageHead
        title={t("flows.title")}
        name={t("flows.title")}
        actions={
          <ButtonLink look="primary">
            <Link to="/$tenant/flows/new" params={{ tenant }}>
              {t("flows.new")}
            </Link>
          </ButtonLink>
        }
      />
      <FlowList tenant={tenant} search={search} onSearch={(next) => void navigate({ search: next })} />
    </>
  );
}
