/** The files of a namespace as a tree. Folders are read when they are opened; files can be dropped on any of them. */

import { useQueries } from "@tanstack/react-query";
import { ChevronRight, File, Folder, FolderOpen } from "lucide-react";
import { type DragEvent, type KeyboardEvent, useMemo, useState } from "react";
import { folder } from "../../api/namespacefiles";
import { t } from "../../i18n/text";
import { classes } from "../../kit/classes";
import { Failure, Skeleton } from "../../kit/page";
import { parent, ROOT, type Row, rows } from "./paths";

interface Props {
  readonly tenant: string;
  readonly namespace: string;
  readonly open: ReadonlySet<string>;
  readonly onOpen: (path: string, isOpen: boolean) => void;
  readonly chosen: string | null;
  readonly onChoose: (row: Row) => void;
  readonly onDrop: (folder: string, files: readonly globalThis.File[]) => void;
}

export function FileTree({ tenant, namespace, open, onOpen, chosen, onChoose, onDrop }: Props) {
  const folders = useMemo(() => [ROOT, ...open], [open]);
  const answers = useQueries({ queries: folders.map((path) => folder(tenant, namespace, path)) });
  const [over, setOver] = useState<string | null>(null);
  const failed = answers[0]?.error;
  if (failed) return <Failure error={failed} onRetry={() => void answers[0]?.refetch()} />;
  if (answers[0]?.isPending) return <Skeleton awaited={t("file.title")} />;
  const listings = new Map(folders.map((path, index) => [path, answers[index]?.data ?? []]));
  const shown = rows(listings, open);
  const target = (row: Row | null) => (row ? (row.entry.type === "Directory" ? row.path : parent(row.path)) : ROOT);
  const dropping = (row: Row | null) => ({
    onDragOver: (event: DragEvent) => {
      event.preventDefault();
      event.stopPropagation();
      setOver(target(row));
    },
    onDragLeave: () => setOver(null),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      event.stopPropagation();
      setOver(null);
      onDrop(target(row), [...event.dataTransfer.files]);
    },
  });
  const onKey = (event: KeyboardEvent<HTMLElement>, row: Row) => {
    if (event.key === "Enter" || event.key === " ") onChoose(row);
    else if (event.key === "ArrowRight" && row.entry.type === "Directory") onOpen(row.path, true);
    else if (event.key === "ArrowLeft" && row.isOpen) onOpen(row.path, false);
    else if (!moveFocus(event)) return;
    event.preventDefault();
  };
  return (
    <div
      className={classes("min-h-full py-1", over === ROOT && "bg-accent-soft")}
      {...dropping(null)}
      role="tree"
      aria-label={t("file.title")}
    >
      {shown.map((row, index) => (
        <div
          key={row.path}
          role="treeitem"
          tabIndex={row.path === chosen || (chosen === null && index === 0) ? 0 : -1}
          aria-level={row.depth + 1}
          aria-expanded={row.entry.type === "Directory" ? row.isOpen : undefined}
          aria-selected={row.path === chosen}
          onClick={() => onChoose(row)}
          onKeyDown={(event) => onKey(event, row)}
          {...dropping(row)}
          style={{ paddingInlineStart: 8 + row.depth * 16 }}
          className={classes(
            "flex min-h-7 cursor-pointer items-center gap-1.5 pr-2 -outline-offset-2 hover:bg-hover touch:min-h-11",
            row.path === chosen && "bg-accent-soft font-semibold",
            over === row.path && row.entry.type === "Directory" && "bg-accent-soft",
          )}
        >
          <Mark row={row} />
          <span className="truncate" title={row.path}>
            {row.entry.fileName}
          </span>
        </div>
      ))}
    </div>
  );
}

function moveFocus(event: KeyboardEvent<HTMLElement>): boolean {
  const { currentTarget: here, key } = event;
  const target = { ArrowDown: here.nextElementSibling, ArrowUp: here.previousElementSibling }[key];
  if (target === undefined) return false;
  (target as HTMLElement | null)?.focus();
  return true;
}

function Mark({ row: { entry, isOpen } }: { readonly row: Row }) {
  if (entry.type === "File") return <File size={14} aria-hidden className="ml-4 shrink-0 text-muted" />;
  const Icon = isOpen ? FolderOpen : Folder;
  return (
    <>
      <ChevronRight size={14} aria-hidden className={classes("-mr-0.5 shrink-0", isOpen && "rotate-90")} />
      <Icon size={14} aria-hidden className="shrink-0 text-muted" />
    </>
  );
}
