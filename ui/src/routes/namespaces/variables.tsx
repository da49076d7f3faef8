/** The variables of a namespace, and what it has from above: the nearest one of a name holds. */

import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { lineage, namespace as namespaceQuery } from "../../api/namespaces";
import type { Json } from "../../api/types";
import { t } from "../../i18n/text";
import { Badge } from "../../kit/badge";
import { Button, IconButton } from "../../kit/button";
import { CopyButton } from "../../kit/codeblock";
import { Dialog } from "../../kit/dialog";
import { Field } from "../../kit/field";
import { Input, TextArea } from "../../kit/input";
import { LINK } from "../../kit/link";
import { EmptyState } from "../../kit/page";
import { type Column, Table } from "../../kit/table";
import { inherited, type Variable } from "./inherited";
import { type BodyProps, NAMESPACE_ROUTE } from "./namespace";
import { useSave } from "./save";
import { readAs, textOf } from "./written";

export function NamespaceVariables({ tenant, namespace, isCreated }: BodyProps) {
  const { id, variables: own = {} } = namespace;
  const above = useQueries({
    queries: lineage(id)
      .slice(0, -1)
      .map((level) => namespaceQuery(tenant, level)),
  });
  const [open, setOpen] = useState<Variable | "new" | null>(null);
  const saving = useSave(tenant, id, isCreated, () => setOpen(null));
  const rows = inherited([...above.flatMap(({ data }) => (data ? [data] : [])), namespace]);
  const set = (name: string, value: Json) => saving.mutate({ variables: { ...own, [name]: value } });
  const remove = (name: string) =>
    saving.mutate({ variables: Object.fromEntries(Object.entries(own).filter(([key]) => key !== name)) });
  const make = (
    <Button look="primary" onClick={() => setOpen("new")}>
      {t("variable.new")}
    </Button>
  );
  const columns: readonly Column<Variable>[] = [
    {
      id: "name",
      title: t("variable.name"),
      isFixed: true,
      cell: ({ name }) => (
        <span className="inline-flex items-center gap-1">
          <span className="font-mono font-semibold text-code">{name}</span>
          <CopyButton text={`{{ namespace.${name} }}`} label={t("values.copy-expression")} />
        </span>
      ),
    },
    {
      id: "value",
      title: t("kv.value"),
      isWide: true,
      cell: ({ value, isHidden }) => (
        <code className={`block max-w-160 truncate font-mono text-code ${isHidden ? "text-muted line-through" : ""}`}>
          {typeof value === "string" ? value : JSON.stringify(value)}
        </code>
      ),
    },
    {
      id: "from",
      title: t("variable.from"),
      cell: ({ namespace: from }) =>
        from === id ? null : (
          <span className="inline-flex items-center gap-2">
            <Link to={NAMESPACE_ROUTE} params={{ tenant, namespace: from, tab: "variables" }} className={LINK}>
              {from}
            </Link>
            <Badge>{t("namespace.inherited")}</Badge>
          </span>
        ),
    },
    {
      id: "actions",
      title: t("kit.actions"),
      isFixed: true,
      cell: (variable) =>
        variable.namespace === id ? (
          <span className="inline-flex">
            <IconButton
              label={t("kv.change-one", { name: variable.name })}
              icon={<Pencil size={14} />}
              onClick={() => setOpen(variable)}
            />
            <IconButton
              label={t("kv.delete-one", { name: variable.name })}
              icon={<Trash2 size={14} />}
              disabled={saving.isPending}
              onClick={() => remove(variable.name)}
            />
          </span>
        ) : null,
    },
  ];
  return (
    <>
      {rows.length === 0 ? (
        <EmptyState title={t("variable.none")} actions={make}>
          {t("variable.none-hint")}
        </EmptyState>
      ) : (
        <>
          <div className="px-4 py-3 max-narrow:px-3">{make}</div>
          <Table
            label={t("namespace.tab.variables")}
            columns={columns}
            rows={rows}
            rowKey={({ namespace: from, name }) => `${from}/${name}`}
            rowName={({ name }) => name}
          />
        </>
      )}
      {open && (
        <VariableDialog
          variable={open === "new" ? null : open}
          isBusy={saving.isPending}
          onClose={() => setOpen(null)}
          onSave={set}
        />
      )}
    </>
  );
}

interface DialogProps {
  readonly variable: Variable | null;
  readonly isBusy: boolean;
  readonly onClose: () => void;
  readonly onSave: (name: string, value: Json) => void;
}

function VariableDialog({ variable, isBusy, onClose, onSave }: DialogProps) {
  const [name, setName] = useState(variable?.name ?? "");
  const [text, setText] = useState(variable ? textOf(variable.value) : "");
  return (
    <Dialog
      title={variable ? variable.name : t("variable.new")}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("kit.cancel")}</Button>
          <Button
            look="primary"
            disabled={name.trim() === ""}
            isBusy={isBusy}
            onClick={() => onSave(name.trim(), readAs(text))}
          >
            {t("edit.save")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {!variable && (
          <Field label={t("variable.name")} isRequired>
            {(tied) => <Input {...tied} value={name} onChange={(event) => setName(event.target.value)} />}
          </Field>
        )}
        <Field label={t("kv.value")} hint={t("variable.value-hint")}>
          {(tied) => <TextArea {...tied} rows={6} value={text} onChange={(event) => setText(event.target.value)} />}
        </Field>
      </div>
    </Dialog>
  );
}
