/** Makes or changes one entry: key, type, value, how long it lives, what it is for. */

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { namespaces } from "../../api/flows";
import { KV_TYPES, type KvEntry, type KvType, type KvValue, kvKeys, kvValue, putKv } from "../../api/kv";
import { isoDuration } from "../../i18n/format";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { RadioGroup } from "../../kit/choices";
import { Combobox } from "../../kit/combobox";
import { Sheet } from "../../kit/dialog";
import { Field } from "../../kit/field";
import { Input, TextArea } from "../../kit/input";
import { Failure, Skeleton } from "../../kit/page";
import { Select } from "../../kit/select";
import { useAction } from "../actions/run";
import { KEY, remaining, shownAs, written } from "./values";

interface Props {
  readonly tenant: string;
  /** The entry to change; a new one without it. */
  readonly entry: KvEntry | null;
  /** Where a new one goes, if it is known. */
  readonly namespace: string | undefined;
  readonly onClose: () => void;
}

export function KvSheet({ tenant, entry, namespace, onClose }: Props) {
  const found = useQuery({ ...kvValue(tenant, entry ?? { namespace: "", key: "" }), enabled: entry !== null });
  return (
    <Sheet title={entry ? entry.key : t("kv.new")} isOpen onClose={onClose}>
      {entry && found.isError && <Failure error={found.error} onRetry={() => void found.refetch()} />}
      {entry && found.isPending && <Skeleton awaited={entry.key} rows={3} />}
      {(!entry || found.data) && (
        <Form tenant={tenant} entry={entry} namespace={namespace} value={found.data} onClose={onClose} />
      )}
    </Sheet>
  );
}

const TTLS = ["", "PT1H", "P1D", "P7D", "P30D"] as const;

function Form({ tenant, entry, namespace, value, onClose }: Props & { readonly value: KvValue | undefined }) {
  const [where, setWhere] = useState(entry?.namespace ?? namespace ?? "");
  const [key, setKey] = useState(entry?.key ?? "");
  const [type, setType] = useState<KvType>(value?.type ?? "STRING");
  const [text, setText] = useState(value ? shownAs(value) : "");
  const [ttl, setTtl] = useState(() => remaining(entry?.expirationDate, Date.now()));
  const [description, setDescription] = useState(entry?.description ?? "");
  const [isTried, setTried] = useState(false);
  const known = useQuery({ ...namespaces(tenant), enabled: namespace === undefined && !entry });
  const saving = useAction({
    act: putKv.bind(null, tenant),
    done: () => t("kv.saved", { name: key }),
    changes: kvKeys.all(tenant),
    onDone: onClose,
  });
  const ready = written(type, text);
  const isGood = "body" in ready && KEY.test(key) && where !== "" && (ttl === "" || isoDuration(ttl) !== null);
  const save = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (isGood) saving.mutate({ namespace: where, key, body: ready.body, ttl, description });
  };
  return (
    <form onSubmit={save} className="flex flex-col gap-4">
      {entry || namespace ? (
        <p className="text-muted">{t("kv.in", { namespace: where })}</p>
      ) : (
        <Field
          label={t("flows.namespace")}
          isRequired
          errors={isTried && where === "" ? [t("kv.wrong.namespace")] : []}
        >
          {({ id }) => (
            <Combobox
              id={id}
              label={t("flows.namespace")}
              values={where ? [where] : []}
              onChange={([chosen = ""]) => setWhere(chosen)}
              options={known.data ?? []}
              hasOwnValues
            />
          )}
        </Field>
      )}
      {!entry && (
        <Field label={t("kv.key")} isRequired errors={isTried && !KEY.test(key) ? [t("kv.wrong.key")] : []}>
          {(tied) => (
            <Input {...tied} value={key} onChange={(event) => setKey(event.target.value)} className="font-mono" />
          )}
        </Field>
      )}
      <Field label={t("kv.type")}>
        {({ id }) => (
          <Select
            id={id}
            value={type}
            onChange={setType}
            options={KV_TYPES.map((one) => ({ value: one, label: t(`kv.type.${one}`) }))}
          />
        )}
      </Field>
      <Field label={t("kv.value")} errors={isTried && "wrong" in ready ? [t(ready.wrong)] : []}>
        {(tied) => <Value {...tied} type={type} text={text} onChange={setText} />}
      </Field>
      <Field
        label={t("kv.ttl")}
        hint={t("kv.ttl-hint")}
        errors={isTried && ttl !== "" && isoDuration(ttl) === null ? [t("kv.wrong.DURATION")] : []}
      >
        {(tied) => (
          <div className="flex flex-wrap gap-2">
            <Input {...tied} value={ttl} onChange={(event) => setTtl(event.target.value)} className="w-40!" />
            {TTLS.map((one) => (
              <Button key={one} look="quiet" aria-pressed={ttl === one} onClick={() => setTtl(one)}>
                {one === "" ? t("kv.for-ever") : one}
              </Button>
            ))}
          </div>
        )}
      </Field>
      <Field label={t("kv.description")}>
        {(tied) => <Input {...tied} value={description} onChange={(event) => setDescription(event.target.value)} />}
      </Field>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{t("kit.cancel")}</Button>
        <Button look="primary" type="submit" isBusy={saving.isPending}>
          {t("edit.save")}
        </Button>
      </div>
    </form>
  );
}

interface ValueProps {
  readonly id: string;
  readonly type: KvType;
  readonly text: string;
  readonly onChange: (text: string) => void;
}

function Value({ type, text, onChange, ...tied }: ValueProps) {
  switch (type) {
    case "BOOLEAN":
      return (
        <RadioGroup
          id={tied.id}
          label={t("kv.value")}
          value={text === "true" ? "true" : "false"}
          onChange={onChange}
          options={["true", "false"].map((value) => ({ value, label: value }))}
        />
      );
    case "STRING":
    case "JSON":
      return <TextArea {...tied} rows={8} value={text} onChange={(event) => onChange(event.target.value)} />;
    default:
      return (
        <Input
          {...tied}
          type={type === "DATE" ? "date" : "text"}
          inputMode={type === "NUMBER" ? "decimal" : undefined}
          placeholder={{ DATETIME: "2026-11-20T06:00:00Z", DURATION: "PT15M", NUMBER: "", DATE: "" }[type]}
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      );
  }
}
