/** Keys and values of all namespaces. */

import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { type KvEntry, kvList } from "../../api/kv";
import { FilterBar } from "../../features/filters/filterbar";
import { clausesOf } from "../../features/filters/grammar";
import { pageOf, queryOf, withFilters, withPage } from "../../features/filters/view";
import { KvSheet } from "../../features/kv/form";
import { KvTable } from "../../features/kv/table";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { EmptyState, Failure, PageHead, Skeleton } from "../../kit/page";
import { Pages } from "../../kit/pages";

const FIELDS = ["ns"] as const;

export function KvPage() {
  const { tenant } = useParams({ from: "/$tenant/kv" });
  const search = useSearch({ from: "/$tenant/kv" });
  const navigate = useNavigate({ from: "/$tenant/kv" });
  const [open, setOpen] = useState<KvEntry | "new" | null>(null);
  const list = useQuery(kvList(tenant, queryOf(search, "key:asc")));
  const { results = [], total } = list.data ?? {};
  const isFiltered = clausesOf(search).length > 0;
  return (
    <>
      <PageHead
        title={t("kv.title")}
        name={t("kv.title")}
        actions={
          <Button look="primary" onClick={() => setOpen("new")}>
            {t("kv.new")}
          </Button>
        }
      />
      <FilterBar search={search} fields={FIELDS} found={total} onChange={(next) => void navigate({ search: next })} />
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton awaited={t("kv.title")} />}
      {results.length > 0 && (
        <KvTable tenant={tenant} rows={results} onChange={setOpen} isOld={list.isPlaceholderData} />
      )}
      {total === 0 && (
        <EmptyState
          title={t(isFiltered ? "kv.none-match" : "kv.none")}
          actions={
            isFiltered && (
              <Button onClick={() => void navigate({ search: withFilters(search, []) })}>{t("filter.clear")}</Button>
            )
          }
        >
          {!isFiltered && t("kv.none-hint")}
        </EmptyState>
      )}
      <Pages
        {...pageOf(search)}
        total={total ?? 0}
        onPage={(page) => void navigate({ search: withPage(search, page) })}
      />
      {open && (
        <KvSheet
          tenant={tenant}
          entry={open === "new" ? null : open}
          namespace={undefined}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}
