/** Makes a secret, gives it a new value, or changes what is said of it. The value is written and never read back. */

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { namespaces } from "../../api/flows";
import { describeSecret, putSecret, type Secret, secretKeys } from "../../api/secrets";
import type { Label } from "../../api/types";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { Combobox } from "../../kit/combobox";
import { Sheet } from "../../kit/dialog";
import { Field } from "../../kit/field";
import { Input, TextArea } from "../../kit/input";
import { useAction } from "../actions/run";
import { tagsOf, textOf } from "./tags";

interface Props {
  readonly tenant: string;
  readonly secret: Secret | null;
  readonly namespace: string | undefined;
  readonly onClose: () => void;
}

export function SecretSheet(props: Props) {
  return (
    <Sheet title={props.secret?.key ?? t("secret.new")} isOpen onClose={props.onClose}>
      <Form {...props} />
    </Sheet>
  );
}

function Form({ tenant, secret, namespace, onClose }: Props) {
  const [where, setWhere] = useState(secret?.namespace ?? namespace ?? "");
  const [key, setKey] = useState(secret?.key ?? "");
  const [value, setValue] = useState("");
  const [description, setDescription] = useState(secret?.description ?? "");
  const [tags, setTags] = useState(textOf(secret?.tags ?? []));
  const [isTried, setTried] = useState(false);
  const known = useQuery({ ...namespaces(tenant), enabled: !secret && namespace === undefined });
  const labels = tagsOf(tags);
  const isChangeOnly = secret !== null && value === "";
  const saving = useAction({
    act: (read: readonly Label[]): Promise<unknown> => {
      const told = { namespace: where, key, description, tags: read };
      return isChangeOnly ? describeSecret(tenant, told) : putSecret(tenant, { ...told, value });
    },
    done: () => t("secret.saved", { name: key }),
    changes: secretKeys.all(tenant),
    onDone: onClose,
  });
  const isGood = where !== "" && key.trim() !== "" && (value !== "" || secret !== null) && labels !== null;
  const save = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (isGood) saving.mutate(labels);
  };
  const missing = (isMissing: boolean) => (isTried && isMissing ? [t("secret.missing")] : []);
  return (
    <form onSubmit={save} className="flex flex-col gap-4">
      {secret || namespace ? (
        <p className="text-muted">{t("kv.in", { namespace: where })}</p>
      ) : (
        <Field label={t("flows.namespace")} isRequired errors={missing(where === "")}>
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
      {!secret && (
        <Field label={t("secret.name")} isRequired errors={missing(key.trim() === "")}>
          {(tied) => (
            <Input {...tied} value={key} onChange={(event) => setKey(event.target.value)} className="font-mono" />
          )}
        </Field>
      )}
      <Field
        label={t("secret.value")}
        isRequired={!secret}
        hint={t(secret ? "secret.value-hint-change" : "secret.value-hint")}
        errors={missing(!secret && value === "")}
      >
        {(tied) => (
          <TextArea
            {...tied}
            autoComplete="off"
            className="[-webkit-text-security:disc]"
            value={value}
            onChange={(event) => setValue(event.target.value)}
          />
        )}
      </Field>
      <Field label={t("kv.description")}>
        {(tied) => <Input {...tied} value={description} onChange={(event) => setDescription(event.target.value)} />}
      </Field>
      <Field
        label={t("secret.tags")}
        hint={t("run.labels-hint")}
        errors={labels === null ? [t("secret.tags-wrong")] : []}
      >
        {(tied) => <Input {...tied} value={tags} onChange={(event) => setTags(event.target.value)} />}
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
