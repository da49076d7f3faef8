/** Asks for a path: of a new file, a new folder, or where to move one. */

import { useState } from "react";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { Dialog } from "../../kit/dialog";
import { Field } from "../../kit/field";
import { Input } from "../../kit/input";
import { cleaned } from "./paths";

interface Props {
  readonly title: string;
  readonly first: string;
  readonly isBusy: boolean;
  readonly onClose: () => void;
  readonly onDone: (path: string) => void;
}

export function PathDialog({ title, first, isBusy, onClose, onDone }: Props) {
  const [typed, setTyped] = useState(first);
  const path = cleaned(typed);
  const isWrong = path === null && typed !== "/" && typed !== "";
  const done = () => path !== null && !isBusy && onDone(path);
  return (
    <Dialog
      title={title}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("kit.cancel")}</Button>
          <Button look="primary" disabled={path === null || path === first} isBusy={isBusy} onClick={done}>
            {t("file.done")}
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          done();
        }}
      >
        <Field label={t("file.path")} errors={isWrong ? [t("file.path-wrong")] : []}>
          {(tied) => (
            <Input {...tied} value={typed} onChange={(event) => setTyped(event.target.value)} className="font-mono" />
          )}
        </Field>
      </form>
    </Dialog>
  );
}
