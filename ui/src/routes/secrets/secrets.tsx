/** Secrets of all namespaces, by name. */

import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { type Secret, secretList } from "../../api/secrets";
import { FilterBar } from "../../features/filters/filterbar";
import { clausesOf } from "../../features/filters/grammar";
import { pageOf, queryOf, withFilters, withPage } from "../../features/filters/view";
import { SecretSheet } from "../../features/secrets/form";
import { SecretTable } from "../../features/secrets/table";
import { t } from "../../i18n/text";
import { Banner } from "../../kit/banner";
import { Button } from "../../kit/button";
import { EmptyState, Failure, PageHead, Skeleton } from "../../kit/page";
import { Pages } from "../../kit/pages";

const FIELDS = ["ns"] as const;

export function SecretsPage() {
  const { tenant } = useParams({ from: "/$tenant/secrets" });
  const search = useSearch({ from: "/$tenant/secrets" });
  const navigate = useNavigate({ from: "/$tenant/secrets" });
  const [open, setOpen] = useState<Secret | "new" | null>(null);
  const list = useQuery(secretList(tenant, queryOf(search, "key:asc")));
  const { results = [], total, readOnly = false } = list.data ?? {};
  const isFiltered = clausesOf(search).length > 0;
  return (
    <>
      <PageHead
        title={t("secret.title")}
        name={t("secret.title")}
        actions={
          !readOnly && (
            <Button look="primary" onClick={() => setOpen("new")}>
              {t("secret.new")}
            </Button>
          )
        }
      />
      {readOnly && <Banner>{t("secret.read-only")}</Banner>}
      <FilterBar search={search} fields={FIELDS} found={total} onChange={(next) => void navigate({ search: next })} />
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton awaited={t("secret.title")} />}
      {results.length > 0 && (
        <SecretTable
          tenant={tenant}
          rows={results}
          isReadOnly={readOnly}
          onChange={setOpen}
          isOld={list.isPlaceholderData}
        />
      )}
      {total === 0 && (
        <EmptyState
          title={t(isFiltered ? "secret.none-match" : "secret.none")}
          actions={
            isFiltered && (
              <Button onClick={() => void navigate({ search: withFilters(search, []) })}>{t("filter.clear")}</Button>
            )
          }
        >
          {!isFiltered && t("secret.none-hint")}
        </EmptyState>
      )}
      <Pages
        {...pageOf(search)}
        total={total ?? 0}
        onPage={(page) => void navigate({ search: withPage(search, page) })}
      />
      {open && (
        <SecretSheet
          tenant={tenant}
          secret={open === "new" ? null : open}
          namespace={undefined}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}
