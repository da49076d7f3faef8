/** Entries as a table, with what can be done to each. Values are read when somebody opens one. */

import { Link } from "@tanstack/react-router";
import { Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { deleteKv, type KvEntry, kvKeys } from "../../api/kv";
import { t } from "../../i18n/text";
import { Badge } from "../../kit/badge";
import { IconButton } from "../../kit/button";
import { LINK } from "../../kit/link";
import { type Column, Table } from "../../kit/table";
import { Confirm } from "../actions/confirm";
import { useAction } from "../actions/run";
import { Moment } from "../live/moments";

interface Props {
  readonly tenant: string;
  readonly rows: readonly KvEntry[];
  /** The page is about this one: others are above it and are changed there. */
  readonly namespace?: string;
  readonly onChange: (entry: KvEntry) => void;
  readonly isOld?: boolean;
}

export function KvTable({ tenant, rows, namespace, onChange, isOld = false }: Props) {
  const [doomed, setDoomed] = useState<KvEntry | null>(null);
  const deleting = useAction({
    act: (entry: KvEntry) => deleteKv(tenant, entry),
    done: (_, { key }) => t("kv.deleted", { name: key }),
    changes: kvKeys.all(tenant),
  });
  return (
    <>
      <Table
        label={t("kv.title")}
        columns={columns(tenant, namespace, onChange, setDoomed)}
        rows={rows}
        rowKey={({ namespace, key }) => `${namespace}/${key}`}
        rowName={({ key }) => key}
        onOpen={onChange}
        isOld={isOld}
      />
      <Confirm
        title={t("kv.delete-title", { name: doomed?.key ?? "" })}
        verb={t("action.delete")}
        isOpen={doomed !== null}
        onClose={() => setDoomed(null)}
        onConfirm={() => doomed && deleting.mutate(doomed)}
      >
        {t("kv.delete-hint", { namespace: doomed?.namespace ?? "" })}
      </Confirm>
    </>
  );
}

function columns(
  tenant: string,
  own: string | undefined,
  onChange: (entry: KvEntry) => void,
  onDelete: (entry: KvEntry) => void,
): readonly Column<KvEntry>[] {
  return [
    {
      id: "key",
      title: t("kv.key"),
      isFixed: true,
      cell: (entry) => (
        <button
          type="button"
          onClick={() => onChange(entry)}
          className="min-h-6 font-mono font-semibold text-code underline-offset-2 hover:text-accent hover:underline"
        >
          {entry.key}
        </button>
      ),
    },
    {
      id: "namespace",
      title: t("flows.namespace"),
      cell: ({ namespace }) =>
        namespace === own ? null : (
          <span className="inline-flex items-center gap-2">
            <Link
              to="/$tenant/namespaces/edit/$namespace/$tab"
              params={{ tenant, namespace, tab: "kv" }}
              className={LINK}
            >
              {namespace}
            </Link>
            {own && <Badge>{t("namespace.inherited")}</Badge>}
          </span>
        ),
    },
    { id: "description", title: t("kv.description"), isWide: true, cell: ({ description }) => description },
    {
      id: "expires",
      title: t("kv.expires"),
      cell: ({ expirationDate }) => <Moment iso={expirationDate} isRelative />,
    },
    { id: "changed", title: t("kv.changed"), cell: ({ updateDate }) => <Moment iso={updateDate} isRelative /> },
    {
      id: "actions",
      title: t("kit.actions"),
      isFixed: true,
      cell: (entry) => (
        <span className="inline-flex">
          <IconButton
            label={t("kv.change-one", { name: entry.key })}
            icon={<Pencil size={14} />}
            onClick={() => onChange(entry)}
          />
          <IconButton
            label={t("kv.delete-one", { name: entry.key })}
            icon={<Trash2 size={14} />}
            onClick={() => onDelete(entry)}
          />
        </span>
      ),
    },
  ];
}
