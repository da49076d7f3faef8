/** Asks before something that cannot be undone. For the worst the name has to be typed. */

import { type ReactNode, useState } from "react";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { Dialog } from "../../kit/dialog";
import { Field } from "../../kit/field";
import { Input } from "../../kit/input";

interface Props {
  readonly title: string;
  readonly verb: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
  /** What it will do. */
  readonly children: ReactNode;
  /** What has to be typed. */
  readonly typed?: string;
}

export function Confirm({ title, verb, isOpen, onClose, onConfirm, children, typed }: Props) {
  const [text, setText] = useState("");
  const isSure = typed === undefined || text === typed;
  const confirm = () => {
    setText("");
    onClose();
    onConfirm();
  };
  return (
    <Dialog
      title={title}
      isOpen={isOpen}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("kit.cancel")}</Button>
          <Button look="danger" disabled={!isSure} onClick={confirm} autoFocus={typed === undefined}>
            {verb}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <div>{children}</div>
        {typed !== undefined && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (isSure) confirm();
            }}
          >
            <Field label={t("action.type-name", { name: typed })}>
              {(tied) => <Input {...tied} autoFocus value={text} onChange={(event) => setText(event.target.value)} />}
            </Field>
          </form>
        )}
      </div>
    </Dialog>
  );
}
