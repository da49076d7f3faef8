/** The bare form for people who only start a flow. Values in the address fill it, so it can be shared as a link. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { flow } from "../../api/flows";
import type { Flow } from "../../api/types";
import type { Search } from "../../features/filters/grammar";
import { RunForm } from "../../features/runform/runform";
import type { Given } from "../../features/runform/values";
import { t } from "../../i18n/text";
import { Banner } from "../../kit/banner";
import { NAME_LINK } from "../../kit/link";
import { Failure, PageHead, Skeleton } from "../../kit/page";

/** `?who=Ada` fills the input `who`. A secret has no place in an address. */
function givenOf(search: Search, { inputs = [] }: Flow): Given {
  const fit = inputs.filter(({ id, type }) => typeof search[id] === "string" && type !== "FILE" && type !== "SECRET");
  return Object.fromEntries(fit.map(({ id }) => [id, search[id] as string]));
}

export function RunPage() {
  const { tenant, namespace, id } = useParams({ from: "/$tenant/run/$namespace/$id" });
  const search = useSearch({ from: "/$tenant/run/$namespace/$id" });
  const navigate = useNavigate();
  const found = useQuery(flow(tenant, { namespace, id }));
  return (
    <main className="mx-auto w-full max-w-200">
      <PageHead
        name={t("run.title", { name: id })}
        title={
          <Link
            to="/$tenant/flows/edit/$namespace/$id/$tab"
            params={{ tenant, namespace, id, tab: "overview" }}
            className={NAME_LINK}
          >
            <span className="font-normal text-muted">{namespace}</span> {id}
          </Link>
        }
      />
      {found.isPending && <Skeleton awaited={id} />}
      {found.isError && <Failure error={found.error} onRetry={() => void found.refetch()} />}
      {found.data && (
        <>
          {found.data.description && (
            <p className="whitespace-pre-wrap px-4 pb-4 text-muted max-narrow:px-3">{found.data.description}</p>
          )}
          {found.data.disabled && <Banner kind="warning">{t("run.disabled")}</Banner>}
          <RunForm
            tenant={tenant}
            flow={found.data}
            given={givenOf(search, found.data)}
            onStarted={(started) =>
              void navigate({
                to: "/$tenant/executions/$namespace/$flowId/$id/$tab",
                params: { tenant, namespace, flowId: id, id: started.id, tab: "logs" },
              })
            }
          />
        </>
      )}
    </main>
  );
}
