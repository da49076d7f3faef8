/** Another name for a task or an input: the server says what has to change with it. */

import { type FormEvent, useState } from "react";
import { rename } from "../../api/language";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { Dialog } from "../../kit/dialog";
import { Field } from "../../kit/field";
import { Input } from "../../kit/input";
import { tellDone } from "../../kit/toast";
import { edited, type Spot } from "./places";

interface Props {
  readonly tenant: string;
  readonly text: string;
  readonly place: Spot;
  readonly onClose: () => void;
  readonly onDone: (text: string) => void;
}

export function RenameDialog({ tenant, text, place, onClose, onDone }: Props) {
  const [name, setName] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const answer = await rename(tenant, { text, ...place }, name.trim());
      if (answer === null) return setWrong(t("rename.absent"));
      onDone(edited(text, answer.edits));
      tellDone(t("rename.done", { name: answer.old, count: answer.edits.length, left: answer.left.length }));
      onClose();
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={t("rename.title")} isOpen onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-3">
        <Field label={t("rename.name")} hint={t("rename.hint")} errors={wrong === null ? [] : [wrong]}>
          {(tied) => (
            <Input {...tied} value={name} onChange={(event) => setName(event.target.value)} className="font-mono" />
          )}
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("kit.cancel")}</Button>
          <Button look="primary" type="submit" disabled={name.trim() === ""} isBusy={isBusy}>
            {t("rename.do")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
