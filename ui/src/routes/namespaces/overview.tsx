/** A namespace at a glance: what it is for, what happened in it today, what is below it. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { deleteNamespace, namespaceKeys, namespaceList } from "../../api/namespaces";
import { Confirm } from "../../features/actions/confirm";
import { useAction } from "../../features/actions/run";
import { between } from "../../features/filters/view";
import { FailuresByFlow } from "../../features/statistics/failures";
import { spanOf } from "../../features/statistics/figures";
import { ExecutionsOverTime } from "../../features/statistics/overtime";
import { scopeOf } from "../../features/statistics/scope";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { Input } from "../../kit/input";
import { LINK } from "../../kit/link";
import { type BodyProps, NAMESPACE_ROUTE } from "./namespace";
import { useSave } from "./save";

const LAST = "PT24H";

export function NamespaceOverview({ tenant, namespace, isCreated }: BodyProps) {
  const navigate = useNavigate();
  const { id } = namespace;
  const span = spanOf({ kind: "last", duration: LAST }, Date.now());
  const narrow = ({ from, until }: { readonly from: number; readonly until: number }) =>
    void navigate({
      to: NAMESPACE_ROUTE,
      params: { tenant, namespace: id, tab: "executions" },
      search: between(from, until),
    });
  return (
    <div className="flex flex-col gap-6 p-4 max-narrow:p-3">
      <Description tenant={tenant} namespace={namespace} isCreated={isCreated} />
      <ExecutionsOverTime tenant={tenant} span={span} last={LAST} namespace={id} onNarrow={narrow} />
      <div className="grid grid-cols-2 gap-6 max-narrow:grid-cols-1">
        <section>
          <h2 className="mb-2 font-semibold text-section">{t("home.failures")}</h2>
          <FailuresByFlow
            tenant={tenant}
            scope={scopeOf(LAST, span, id)}
            range={{ "filters[timeRange][EQUALS]": LAST }}
          />
        </section>
        <Below tenant={tenant} id={id} />
      </div>
      {isCreated && <Danger tenant={tenant} id={id} />}
    </div>
  );
}

function Description({ tenant, namespace: { id, description = "" }, isCreated }: BodyProps) {
  const [text, setText] = useState<string | null>(null);
  const saving = useSave(tenant, id, isCreated, () => setText(null));
  if (text === null) {
    return (
      <div className="flex items-center gap-3">
        <p className={description ? "max-w-200" : "text-muted"}>{description || t("namespace.no-description")}</p>
        <Button look="quiet" onClick={() => setText(description)}>
          {t("namespace.describe")}
        </Button>
      </div>
    );
  }
  return (
    <form
      className="flex max-w-200 gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate({ description: text });
      }}
    >
      <Input
        autoFocus
        aria-label={t("kv.description")}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Button look="primary" type="submit" isBusy={saving.isPending}>
        {t("edit.save")}
      </Button>
      <Button onClick={() => setText(null)}>{t("kit.cancel")}</Button>
    </form>
  );
}

function Below({ tenant, id }: { readonly tenant: string; readonly id: string }) {
  const found = useQuery(
    namespaceList(tenant, [
      ["filters[q][EQUALS]", `${id}.`],
      ["size", "100"],
    ]),
  );
  const below = (found.data?.results ?? []).filter((one) => one.id.startsWith(`${id}.`));
  return (
    <section>
      <h2 className="mb-2 font-semibold text-section">{t("namespace.below")}</h2>
      {below.length === 0 && <p className="text-muted">{t("execution.nothing")}</p>}
      <ul>
        {below.map((one) => (
          <li key={one.id} className="flex min-h-7 items-center gap-3 touch:min-h-11">
            <Link to={NAMESPACE_ROUTE} params={{ tenant, namespace: one.id, tab: "overview" }} className={LINK}>
              {one.id}
            </Link>
            <span className="truncate text-muted">{one.description}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Danger({ tenant, id }: { readonly tenant: string; readonly id: string }) {
  const navigate = useNavigate();
  const [isAsking, setAsking] = useState(false);
  const deleting = useAction({
    act: () => deleteNamespace(tenant, id),
    done: () => t("namespaces.deleted", { name: id }),
    changes: namespaceKeys.all(tenant),
    onDone: () => void navigate({ to: "/$tenant/namespaces", params: { tenant } }),
  });
  return (
    <div>
      <Button look="danger" onClick={() => setAsking(true)}>
        {t("namespace.forget")}
      </Button>
      <Confirm
        title={t("namespace.forget-title", { name: id })}
        verb={t("action.delete")}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => deleting.mutate(undefined)}
        typed={id}
      >
        {t("namespace.forget-hint")}
      </Confirm>
    </div>
  );
}
