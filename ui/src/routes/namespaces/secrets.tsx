/** The secrets of a namespace, and those that it has from above. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { inheritedSecrets, type Secret, secretsOf } from "../../api/secrets";
import { SecretSheet } from "../../features/secrets/form";
import { SecretTable } from "../../features/secrets/table";
import { t } from "../../i18n/text";
import { Banner } from "../../kit/banner";
import { Button } from "../../kit/button";
import { EmptyState, Failure, Skeleton } from "../../kit/page";
import type { BodyProps } from "./namespace";

export function NamespaceSecrets({ tenant, namespace: { id } }: BodyProps) {
  const [open, setOpen] = useState<Secret | "new" | null>(null);
  const own = useQuery(secretsOf(tenant, id));
  const above = useQuery(inheritedSecrets(tenant, id));
  if (own.isPending) return <Skeleton awaited={t("secret.title")} />;
  if (own.isError) return <Failure error={own.error} onRetry={() => void own.refetch()} />;
  const { readOnly, results } = own.data;
  const inherited = Object.entries(above.data ?? {}).flatMap(([namespace, keys]) =>
    namespace === id ? [] : keys.map((key) => ({ key, namespace })),
  );
  const rows = [...results.map((secret) => ({ namespace: id, ...secret })), ...inherited];
  const make = !readOnly && (
    <Button look="primary" onClick={() => setOpen("new")}>
      {t("secret.new")}
    </Button>
  );
  return (
    <>
      {readOnly && <Banner>{t("secret.read-only")}</Banner>}
      {above.isError && <Failure error={above.error} onRetry={() => void above.refetch()} />}
      {rows.length === 0 ? (
        <EmptyState title={t("secret.none")} actions={make}>
          {t("secret.none-hint")}
        </EmptyState>
      ) : (
        <>
          <div className="px-4 py-3 max-narrow:px-3">{make}</div>
          <SecretTable tenant={tenant} rows={rows} namespace={id} isReadOnly={readOnly} onChange={setOpen} />
        </>
      )}
      {open && (
        <SecretSheet
          tenant={tenant}
          secret={open === "new" ? null : open}
          namespace={id}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}
