/** The entries of a namespace, and those that it has from above. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type KvEntry, kvOfNamespace } from "../../api/kv";
import { KvSheet } from "../../features/kv/form";
import { KvTable } from "../../features/kv/table";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { EmptyState, Failure, Skeleton } from "../../kit/page";
import type { BodyProps } from "./namespace";

export function NamespaceKv({ tenant, namespace: { id } }: BodyProps) {
  const [open, setOpen] = useState<KvEntry | "new" | null>(null);
  const list = useQuery(kvOfNamespace(tenant, id));
  if (list.isPending) return <Skeleton awaited={t("kv.title")} />;
  if (list.isError) return <Failure error={list.error} onRetry={() => void list.refetch()} />;
  const make = (
    <Button look="primary" onClick={() => setOpen("new")}>
      {t("kv.new")}
    </Button>
  );
  return (
    <>
      {list.data.length === 0 ? (
        <EmptyState title={t("kv.none")} actions={make}>
          {t("kv.none-hint")}
        </EmptyState>
      ) : (
        <>
          <div className="px-4 py-3 max-narrow:px-3">{make}</div>
          <KvTable tenant={tenant} rows={list.data} namespace={id} onChange={setOpen} />
        </>
      )}
      {open && (
        <KvSheet tenant={tenant} entry={open === "new" ? null : open} namespace={id} onClose={() => setOpen(null)} />
      )}
    </>
  );
}
