/** Names of secrets, and what can be done to each. */

import { Link } from "@tanstack/react-router";
import { Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { deleteSecret, type Secret, secretKeys } from "../../api/secrets";
import { t } from "../../i18n/text";
import { Badge } from "../../kit/badge";
import { IconButton } from "../../kit/button";
import { CopyButton } from "../../kit/codeblock";
import { LINK } from "../../kit/link";
import { type Column, Table } from "../../kit/table";
import { Confirm } from "../actions/confirm";
import { useAction } from "../actions/run";

interface Props {
  readonly tenant: string;
  readonly rows: readonly Secret[];
  readonly namespace?: string;
  /** They come from elsewhere and cannot be changed here. */
  readonly isReadOnly: boolean;
  readonly onChange: (secret: Secret) => void;
  readonly isOld?: boolean;
}

export function SecretTable({ tenant, rows, namespace, isReadOnly, onChange, isOld = false }: Props) {
  const [doomed, setDoomed] = useState<Secret | null>(null);
  const deleting = useAction({
    act: (secret: Secret) => deleteSecret(tenant, secret.namespace ?? namespace ?? "", secret.key),
    done: (_, { key }) => t("secret.deleted", { name: key }),
    changes: secretKeys.all(tenant),
  });
  const isOurs = (secret: Secret) =>
    !isReadOnly && secret.namespace !== undefined && (!namespace || secret.namespace === namespace);
  const columns: readonly Column<Secret>[] = [
    {
      id: "key",
      title: t("secret.name"),
      isFixed: true,
      cell: ({ key }) => (
        <span className="inline-flex items-center gap-1">
          <span className="font-mono font-semibold text-code">{key}</span>
          <CopyButton text={`{{ secret('${key}') }}`} label={t("values.copy-expression")} />
        </span>
      ),
    },
    {
      id: "namespace",
      title: t("flows.namespace"),
      cell: ({ namespace: own }) =>
        !own || own === namespace ? null : (
          <span className="inline-flex items-center gap-2">
            <Link
              to="/$tenant/namespaces/edit/$namespace/$tab"
              params={{ tenant, namespace: own, tab: "secrets" }}
              className={LINK}
            >
              {own}
            </Link>
            {namespace && <Badge>{t("namespace.inherited")}</Badge>}
          </span>
        ),
    },
    { id: "description", title: t("kv.description"), isWide: true, cell: ({ description }) => description },
    {
      id: "tags",
      title: t("secret.tags"),
      cell: ({ tags }) =>
        tags && tags.length > 0 ? (
          <span className="inline-flex gap-1">
            {tags.map(({ key, value }) => (
              <Badge key={`${key}:${value}`}>{`${key}: ${value}`}</Badge>
            ))}
          </span>
        ) : null,
    },
    {
      id: "actions",
      title: t("kit.actions"),
      isFixed: true,
      cell: (secret) =>
        isOurs(secret) ? (
          <span className="inline-flex">
            <IconButton
              label={t("secret.change-one", { name: secret.key })}
              icon={<Pencil size={14} />}
              onClick={() => onChange(secret)}
            />
            <IconButton
              label={t("secret.delete-one", { name: secret.key })}
              icon={<Trash2 size={14} />}
              onClick={() => setDoomed(secret)}
            />
          </span>
        ) : null,
    },
  ];
  return (
    <>
      <Table
        label={t("secret.title")}
        columns={columns}
        rows={rows}
        rowKey={(secret) => `${secret.namespace}/${secret.key}`}
        rowName={({ key }) => key}
        onOpen={(secret) => isOurs(secret) && onChange(secret)}
        isOld={isOld}
      />
      <Confirm
        title={t("secret.delete-title", { name: doomed?.key ?? "" })}
        verb={t("action.delete")}
        isOpen={doomed !== null}
        onClose={() => setDoomed(null)}
        onConfirm={() => doomed && deleting.mutate(doomed)}
      >
        {t("secret.delete-hint")}
      </Confirm>
    </>
  );
}
