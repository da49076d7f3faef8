/** All namespaces as a tree, with the failures of the last day rolled up. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { createdNamespaces, createNamespace, namespaceKeys, namespaceList } from "../../api/namespaces";
import { failuresByFlow } from "../../api/statistics";
import { useAction } from "../../features/actions/run";
import { FilterBar } from "../../features/filters/filterbar";
import { clausesOf, pairsOf } from "../../features/filters/grammar";
import { withFilters } from "../../features/filters/view";
import { t } from "../../i18n/text";
import { Badge } from "../../kit/badge";
import { Button } from "../../kit/button";
import { Dialog } from "../../kit/dialog";
import { Field } from "../../kit/field";
import { Input } from "../../kit/input";
import { NAME_LINK } from "../../kit/link";
import { EmptyState, Failure, PageHead, Skeleton } from "../../kit/page";
import { StateMark } from "../../kit/statemark";
import { type Branch, Tree } from "../../kit/tree";
import { hierarchy, type Level } from "./hierarchy";

const LAST_DAY = { range: { last: "PT24H" } } as const;

export function NamespacesPage() {
  const { tenant } = useParams({ from: "/$tenant/namespaces" });
  const search = useSearch({ from: "/$tenant/namespaces" });
  const navigate = useNavigate({ from: "/$tenant/namespaces" });
  const [isNew, setNew] = useState(false);
  const list = useQuery(namespaceList(tenant, [...pairsOf(clausesOf(search)), ["size", "1000"]]));
  const created = useQuery(createdNamespaces(tenant));
  const failures = useQuery(failuresByFlow(tenant, LAST_DAY));
  const { results = [], total } = list.data ?? {};
  const levels = hierarchy(results, new Set(created.data?.results.map(({ id }) => id)), failures.data?.results ?? []);
  return (
    <>
      <PageHead
        title={t("namespaces.title")}
        name={t("namespaces.title")}
        actions={
          <Button look="primary" onClick={() => setNew(true)}>
            {t("namespaces.new")}
          </Button>
        }
      />
      <FilterBar search={search} fields={[]} found={total} onChange={(next) => void navigate({ search: next })} />
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton awaited={t("namespaces.title")} />}
      {results.length > 0 && (
        <div className="border-border border-t px-2">
          <Tree label={t("namespaces.title")} branches={levels.map((level) => branch(tenant, level))} />
        </div>
      )}
      {total === 0 && (
        <EmptyState
          title={t("namespaces.none-match")}
          actions={
            <Button onClick={() => void navigate({ search: withFilters(search, []) })}>{t("filter.clear")}</Button>
          }
        />
      )}
      {results.length < (total ?? 0) && (
        <p className="px-4 py-2 text-muted">{t("namespaces.more", { shown: results.length, total: total ?? 0 })}</p>
      )}
      {isNew && <NewNamespace tenant={tenant} onClose={() => setNew(false)} />}
    </>
  );
}

function branch(tenant: string, level: Level): Branch {
  return {
    id: level.id,
    isOpenAtFirst: true,
    row: <Row tenant={tenant} level={level} />,
    ...(level.below.length > 0 ? { below: () => level.below.map((one) => branch(tenant, one)) } : {}),
  };
}

function Row({
  tenant,
  level: { id, description, isCreated, failed },
}: {
  readonly tenant: string;
  readonly level: Level;
}) {
  return (
    <span className="flex min-w-0 flex-1 items-center gap-3">
      <Link
        to="/$tenant/namespaces/edit/$namespace/$tab"
        params={{ tenant, namespace: id, tab: "overview" }}
        onClick={(event) => event.stopPropagation()}
        className={`inline-flex min-h-6 items-center ${NAME_LINK}`}
      >
        {id}
      </Link>
      {isCreated && <Badge>{t("namespaces.created")}</Badge>}
      <span className="min-w-0 flex-1 truncate text-muted">{description}</span>
      {failed > 0 && (
        <Link
          to="/$tenant/executions"
          params={{ tenant }}
          search={{
            "filters[namespace][PREFIX]": id,
            "filters[state][IN]": "FAILED",
            "filters[timeRange][EQUALS]": "PT24H",
          }}
          onClick={(event) => event.stopPropagation()}
          className="inline-flex min-h-6 shrink-0 items-center gap-1.5 whitespace-nowrap hover:underline"
        >
          <StateMark state="FAILED" isIconOnly />
          {t("namespaces.failed", { count: failed })}
        </Link>
      )}
    </span>
  );
}

const NAME = /^[a-z0-9][a-z0-9._-]*$/;

function NewNamespace({ tenant, onClose }: { readonly tenant: string; readonly onClose: () => void }) {
  const navigate = useNavigate();
  const [id, setId] = useState("");
  const [description, setDescription] = useState("");
  const creating = useAction({
    act: () => createNamespace(tenant, description ? { id, description } : { id }),
    done: () => t("namespaces.made", { name: id }),
    changes: namespaceKeys.all(tenant),
    onDone: () =>
      void navigate({
        to: "/$tenant/namespaces/edit/$namespace/$tab",
        params: { tenant, namespace: id, tab: "overview" },
      }),
  });
  const isGood = NAME.test(id);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isGood && !creating.isPending) creating.mutate(undefined);
  };
  return (
    <Dialog
      title={t("namespaces.new")}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("kit.cancel")}</Button>
          <Button
            look="primary"
            disabled={!isGood}
            isBusy={creating.isPending}
            onClick={() => creating.mutate(undefined)}
          >
            {t("flow.create")}
          </Button>
        </>
      }
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field
          label={t("flows.id")}
          isRequired
          hint={t("namespaces.id-hint")}
          errors={id !== "" && !isGood ? [t("namespaces.id-wrong")] : []}
        >
          {(tied) => <Input {...tied} value={id} onChange={(event) => setId(event.target.value)} />}
        </Field>
        <Field label={t("kv.description")}>
          {(tied) => <Input {...tied} value={description} onChange={(event) => setDescription(event.target.value)} />}
        </Field>
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}
