/** Saving what a list shows under a name, and seeing to the views that were saved. */

import { Trash2 } from "lucide-react";
import { useState } from "react";
import { changeView, createView, deleteView, type View, viewKeys } from "../../api/views";
import { t } from "../../i18n/text";
import { Button, IconButton } from "../../kit/button";
import { Checkbox } from "../../kit/choices";
import { Dialog } from "../../kit/dialog";
import { Field } from "../../kit/field";
import { Input } from "../../kit/input";
import { useAction } from "../actions/run";

interface SaveProps {
  readonly tenant: string;
  readonly page: string;
  readonly known: readonly View[];
  readonly onClose: () => void;
}

/** The name of an own view says that it is replaced. */
export function SaveView({ tenant, page, known, onClose }: SaveProps) {
  const [name, setName] = useState("");
  const [isShared, setShared] = useState(false);
  const [isDefault, setDefault] = useState(false);
  const before = known.find((view) => view.own && view.name === name.trim());
  const saving = useAction({
    act: () => {
      const address = `${location.pathname}${location.search}`;
      const wanted = { name: name.trim(), page, address, shared: isShared, default: isDefault };
      return before ? changeView(tenant, { ...before, ...wanted }) : createView(tenant, wanted);
    },
    done: () => t("view.done", { name: name.trim() }),
    changes: viewKeys.all(tenant),
    onDone: onClose,
  });
  const save = () => {
    if (name.trim() !== "" && !saving.isPending) saving.mutate(undefined);
  };
  return (
    <Dialog
      title={t("view.save-title")}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("kit.cancel")}</Button>
          <Button look="primary" disabled={name.trim() === ""} isBusy={saving.isPending} onClick={save}>
            {t(before ? "view.replace" : "edit.save")}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Field label={t("view.name")} hint={t("view.hint")}>
          {(tied) => <Input {...tied} value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
        <Checkbox label={t("view.shared")} checked={isShared} onChange={setShared} />
        <Checkbox label={t("view.default")} checked={isDefault} onChange={setDefault} />
      </form>
    </Dialog>
  );
}

interface ManageProps {
  readonly tenant: string;
  readonly views: readonly View[];
  readonly onClose: () => void;
}

export function ManageViews({ tenant, views, onClose }: ManageProps) {
  const changes = viewKeys.all(tenant);
  const changing = useAction({ act: (view: View) => changeView(tenant, view), changes });
  const deleting = useAction({
    act: ({ id }: View) => deleteView(tenant, id),
    done: (_, { name }) => t("view.deleted", { name }),
    changes,
  });
  return (
    <Dialog
      title={t("view.manage-title")}
      isOpen
      onClose={onClose}
      actions={<Button onClick={onClose}>{t("kit.close")}</Button>}
    >
      {views.length === 0 && <p className="text-muted">{t("view.none")}</p>}
      <ul aria-label={t("view.manage-title")}>
        {views.map((view) => (
          <li key={view.id} className="flex flex-wrap items-center gap-x-4 border-border border-b py-1">
            <span className="min-w-32 flex-1 break-words font-semibold">{view.name}</span>
            <Checkbox
              label={t("view.shared")}
              checked={view.shared}
              disabled={changing.isPending}
              onChange={(shared) => changing.mutate({ ...view, shared })}
            />
            <Checkbox
              label={t("view.default")}
              checked={view.default}
              disabled={changing.isPending}
              onChange={(isDefault) => changing.mutate({ ...view, default: isDefault })}
            />
            <IconButton
              label={t("view.delete", { name: view.name })}
              icon={<Trash2 size={16} />}
              disabled={deleting.isPending}
              onClick={() => deleting.mutate(view)}
            />
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
