/** Plugin defaults: values that tasks of a type have if their flow says nothing, or whatever it says if they are forced. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { inheritedDefaults, type PluginDefault } from "../../api/namespaces";
import { t } from "../../i18n/text";
import { Badge } from "../../kit/badge";
import { Button, IconButton } from "../../kit/button";
import { Checkbox } from "../../kit/choices";
import { Dialog } from "../../kit/dialog";
import { Field } from "../../kit/field";
import { Input, TextArea } from "../../kit/input";
import { LINK } from "../../kit/link";
import { EmptyState, Failure, Skeleton } from "../../kit/page";
import { type BodyProps, NAMESPACE_ROUTE } from "./namespace";
import { useSave } from "./save";
import { objectOf } from "./written";

export function NamespaceDefaults({ tenant, namespace: { id, pluginDefaults: own = [] }, isCreated }: BodyProps) {
  const all = useQuery(inheritedDefaults(tenant, id));
  const [open, setOpen] = useState<number | "new" | null>(null);
  const saving = useSave(tenant, id, isCreated, () => setOpen(null));
  if (all.isPending) return <Skeleton awaited={t("namespace.tab.plugin-defaults")} />;
  if (all.isError) return <Failure error={all.error} onRetry={() => void all.refetch()} />;
  const above = all.data.filter(({ namespace }) => namespace !== id);
  const make = (
    <Button look="primary" onClick={() => setOpen("new")}>
      {t("default.new")}
    </Button>
  );
  const save = (next: PluginDefault) =>
    saving.mutate({
      pluginDefaults: open === "new" ? [...own, next] : own.map((one, index) => (index === open ? next : one)),
    });
  if (own.length + above.length === 0 && open === null) {
    return (
      <EmptyState title={t("default.none")} actions={make}>
        {t("default.none-hint")}
      </EmptyState>
    );
  }
  return (
    <>
      <div className="px-4 py-3 max-narrow:px-3">{make}</div>
      <ul className="flex flex-col gap-3 px-4 pb-6 max-narrow:px-3">
        {own.map((one, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a type may stand there twice, and the order counts.
          <Card key={index} one={one} tenant={tenant}>
            <IconButton
              label={t("kv.change-one", { name: one.type })}
              icon={<Pencil size={14} />}
              onClick={() => setOpen(index)}
            />
            <IconButton
              label={t("kv.delete-one", { name: one.type })}
              icon={<Trash2 size={14} />}
              disabled={saving.isPending}
              onClick={() => saving.mutate({ pluginDefaults: own.filter((_, other) => other !== index) })}
            />
          </Card>
        ))}
        {above.map((one, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above.
          <Card key={index} one={one} tenant={tenant} />
        ))}
      </ul>
      {open !== null && (
        <DefaultDialog
          one={open === "new" ? null : (own[open] ?? null)}
          isBusy={saving.isPending}
          onClose={() => setOpen(null)}
          onSave={save}
        />
      )}
    </>
  );
}

interface CardProps {
  readonly one: PluginDefault;
  readonly tenant: string;
  readonly children?: React.ReactNode;
}

function Card({ one: { type, forced, values, namespace }, tenant, children }: CardProps) {
  return (
    <li className="rounded-panel border border-border">
      <header className="flex flex-wrap items-center gap-2 px-3 py-1">
        <h2 className="min-w-0 flex-1 break-all font-mono font-semibold text-code leading-8">{type}</h2>
        {forced && <Badge>{t("default.forced")}</Badge>}
        {!children && namespace && (
          <>
            <Link to={NAMESPACE_ROUTE} params={{ tenant, namespace, tab: "plugin-defaults" }} className={LINK}>
              {namespace}
            </Link>
            <Badge>{t("namespace.inherited")}</Badge>
          </>
        )}
        {children}
      </header>
      <pre className="overflow-x-auto border-border border-t bg-surface px-3 py-2 font-mono text-code">
        {JSON.stringify(values ?? {}, null, 2)}
      </pre>
    </li>
  );
}

interface DialogProps {
  readonly one: PluginDefault | null;
  readonly isBusy: boolean;
  readonly onClose: () => void;
  readonly onSave: (next: PluginDefault) => void;
}

function DefaultDialog({ one, isBusy, onClose, onSave }: DialogProps) {
  const [type, setType] = useState(one?.type ?? "");
  const [isForced, setForced] = useState(one?.forced ?? false);
  const [text, setText] = useState(JSON.stringify(one?.values ?? {}, null, 2));
  const values = objectOf(text);
  const isGood = values !== null && type.trim() !== "";
  return (
    <Dialog
      title={one ? t("default.change") : t("default.new")}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("kit.cancel")}</Button>
          <Button
            look="primary"
            disabled={!isGood}
            isBusy={isBusy}
            onClick={() => values && onSave({ type: type.trim(), values, ...(isForced ? { forced: true } : {}) })}
          >
            {t("edit.save")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label={t("default.type")} isRequired hint={t("default.type-hint")}>
          {(tied) => (
            <Input {...tied} value={type} onChange={(event) => setType(event.target.value)} className="font-mono" />
          )}
        </Field>
        <Field label={t("default.values")} errors={values === null ? [t("default.values-wrong")] : []}>
          {(tied) => <TextArea {...tied} rows={8} value={text} onChange={(event) => setText(event.target.value)} />}
        </Field>
        <Checkbox label={t("default.forced-hint")} checked={isForced} onChange={setForced} />
      </div>
    </Dialog>
  );
}
