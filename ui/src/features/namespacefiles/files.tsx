/** The files of a namespace: a tree, the file that is chosen, and what can be done to both. The chosen file is in the address. */

import { useQueryClient } from "@tanstack/react-query";
import { Download, FilePlus, FolderPlus, Upload } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { archiveAddress, deleteFile, fileKeys, makeFolder, moveFile, putFile } from "../../api/namespacefiles";
import { t } from "../../i18n/text";
import { Banner } from "../../kit/banner";
import { Button, ButtonLink } from "../../kit/button";
import { EmptyState } from "../../kit/page";
import { SplitPane } from "../../kit/splitpane";
import { tellDone, tellFailure } from "../../kit/toast";
import { Confirm } from "../actions/confirm";
import { useAction } from "../actions/run";
import { PathDialog } from "./pathdialog";
import { foldersAbove, join, nameOf, parent, ROOT, type Row } from "./paths";
import { FileTree } from "./tree";
import { FileViewer } from "./viewer";

interface Props {
  readonly tenant: string;
  readonly namespace: string;
  readonly chosen: string | null;
  readonly onChoose: (path: string | null) => void;
}

type Asked = "file" | "folder" | "move" | "delete" | null;

export function NamespaceFiles({ tenant, namespace, chosen, onChoose }: Props) {
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(chosen ? foldersAbove(chosen) : []));
  const [current, setCurrent] = useState<Row | null>(null);
  const [asked, setAsked] = useState<Asked>(null);
  const upload = useUpload(tenant, namespace);
  const picker = useRef<HTMLInputElement>(null);
  const changes = fileKeys.all(tenant, namespace);
  useEffect(() => {
    if (chosen) setOpen((known) => new Set([...known, ...foldersAbove(chosen)]));
  }, [chosen]);
  const toggle = (path: string, isOpen: boolean) =>
    setOpen((known) => new Set(isOpen ? [...known, path] : [...known].filter((one) => one !== path)));
  const choose = (row: Row) => {
    setCurrent(row);
    if (row.entry.type === "Directory") toggle(row.path, !row.isOpen);
    else onChoose(row.path);
  };
  const here = current?.entry.type === "Directory" ? current.path : chosen ? parent(chosen) : ROOT;
  const subject = current?.entry.type === "Directory" ? current.path : chosen;
  const making = useAction({
    act: ({ kind, path }: { kind: Asked; path: string }) => {
      if (kind === "folder") return makeFolder(tenant, namespace, path);
      if (kind === "move" && subject) return moveFile(tenant, namespace, subject, path);
      return putFile(tenant, namespace, path, new Blob([""]));
    },
    done: (_, { path }) => t("file.made", { path }),
    changes,
    onDone: () => setAsked(null),
  });
  const deleting = useAction({
    act: (path: string) => deleteFile(tenant, namespace, path),
    done: (_, path) => t("file.deleted", { path }),
    changes,
    onDone: () => {
      setCurrent(null);
      onChoose(null);
    },
  });
  const make = (kind: Asked, path: string) =>
    making.mutate({ kind, path }, { onSuccess: () => kind !== "folder" && isFile(kind, current) && onChoose(path) });
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-wrap items-center gap-2 border-border border-b px-4 py-2 max-narrow:px-3">
        <Button icon={<FilePlus size={14} />} onClick={() => setAsked("file")}>
          {t("file.new")}
        </Button>
        <Button icon={<FolderPlus size={14} />} onClick={() => setAsked("folder")}>
          {t("file.new-folder")}
        </Button>
        <Button icon={<Upload size={14} />} onClick={() => picker.current?.click()}>
          {t("file.upload")}
        </Button>
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          onChange={(event) => {
            void upload.start(here, [...(event.target.files ?? [])]);
            event.target.value = "";
          }}
        />
        <ButtonLink>
          <a href={archiveAddress(tenant, namespace)} download>
            <Download size={14} />
            {t("file.export")}
          </a>
        </ButtonLink>
        <span className="text-label text-muted">{t("file.limits")}</span>
      </div>
      {upload.progress && <Banner>{upload.progress}</Banner>}
      <div className="h-[calc(100dvh-210px)] min-h-80 max-narrow:h-auto">
        <SplitPane
          share={28}
          first={
            <FileTree
              tenant={tenant}
              namespace={namespace}
              open={open}
              onOpen={toggle}
              chosen={current?.entry.type === "Directory" ? current.path : chosen}
              onChoose={choose}
              onDrop={(folder, files) => void upload.start(folder, files)}
            />
          }
          second={
            current?.entry.type === "Directory" ? (
              <EmptyState
                title={current.path}
                actions={
                  <>
                    <Button onClick={() => setAsked("move")}>{t("file.move")}</Button>
                    <Button look="danger" onClick={() => setAsked("delete")}>
                      {t("action.delete")}
                    </Button>
                  </>
                }
              >
                {t("file.folder-hint")}
              </EmptyState>
            ) : chosen ? (
              <FileViewer
                key={chosen}
                tenant={tenant}
                namespace={namespace}
                path={chosen}
                onMove={() => setAsked("move")}
                onDelete={() => setAsked("delete")}
              />
            ) : (
              <EmptyState title={t("file.choose")}>{t("file.choose-hint")}</EmptyState>
            )
          }
        />
      </div>
      {(asked === "file" || asked === "folder" || asked === "move") && (
        <PathDialog
          title={t(`file.ask.${asked}`)}
          first={asked === "move" ? (subject ?? "") : here === ROOT ? "/" : `${here}/`}
          isBusy={making.isPending}
          onClose={() => setAsked(null)}
          onDone={(path) => make(asked, path)}
        />
      )}
      <Confirm
        title={t("file.delete-title", { name: nameOf(subject ?? "") })}
        verb={t("action.delete")}
        isOpen={asked === "delete"}
        onClose={() => setAsked(null)}
        onConfirm={() => subject && deleting.mutate(subject)}
      >
        {t("file.delete-hint", { path: subject ?? "" })}
      </Confirm>
    </div>
  );
}

function isFile(kind: Asked, current: Row | null): boolean {
  return kind === "file" || current?.entry.type !== "Directory";
}

/** Sends files one after the other; what fails is told, and the others go on. */
function useUpload(tenant: string, namespace: string) {
  const queries = useQueryClient();
  const [progress, setProgress] = useState<string | null>(null);
  const start = async (folder: string, files: readonly File[]) => {
    let sent = 0;
    for (const [index, file] of files.entries()) {
      setProgress(t("file.sending", { at: index + 1, count: files.length, name: file.name }));
      try {
        await putFile(tenant, namespace, join(folder, file.name), file);
        sent += 1;
      } catch (error) {
        tellFailure(error);
      }
    }
    setProgress(null);
    if (sent > 0) tellDone(t("file.sent", { count: sent }));
    await queries.invalidateQueries({ queryKey: fileKeys.all(tenant, namespace) });
  };
  return { progress, start };
}
