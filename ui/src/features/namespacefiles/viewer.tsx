/** One file: its text to edit, a table or an image to look at, and the revisions before. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Download, MoreVertical } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { fileAddress, fileKeys, fileRevisions, fileStats, fileText, putFile } from "../../api/namespacefiles";
import { bytes, defaultForm } from "../../i18n/format";
import { t } from "../../i18n/text";
import { Button, ButtonLink, IconButton } from "../../kit/button";
import { Menu, MenuItem, MenuLine } from "../../kit/menu";
import { EmptyState, Failure, Skeleton } from "../../kit/page";
import { Select } from "../../kit/select";
import { useAction } from "../actions/run";
import { GridTable } from "../filepreview/gridtable";
import { SourceDiff } from "../source/diff";
import { SourceEditor } from "../source/editor";
import { cells, extension, type Face, faceOf, mediaType, TEXT_MAX } from "./paths";

interface Props {
  readonly tenant: string;
  readonly namespace: string;
  readonly path: string;
  readonly onMove: () => void;
  readonly onDelete: () => void;
}

export function FileViewer({ tenant, namespace, path, onMove, onDelete }: Props) {
  const stats = useQuery(fileStats(tenant, namespace, path));
  const revisions = useQuery(fileRevisions(tenant, namespace, path));
  const [old, setOld] = useState<string>("");
  const numbers = (revisions.data ?? []).map(({ revision }) => revision).sort((one, other) => other - one);
  const face = stats.data ? faceOf(path, stats.data.size) : null;
  const hasText = face === "yaml" || face === "text" || face === "table";
  if (stats.isError) return <Failure error={stats.error} onRetry={() => void stats.refetch()} />;
  return (
    <section aria-label={path} className="flex h-full min-h-0 flex-col">
      <header className="flex min-h-12 flex-wrap items-center gap-2 border-border border-b px-3 py-2">
        <span className="min-w-0 flex-1 truncate font-mono text-code" title={path}>
          {path}
        </span>
        {stats.data && <span className="text-muted">{bytes(stats.data.size, defaultForm())}</span>}
        {numbers.length > 1 && hasText && (
          <Select
            aria-label={t("file.revisions")}
            value={old}
            onChange={setOld}
            options={[
              { value: "", label: t("file.now", { revision: String(numbers[0]) }) },
              ...numbers.slice(1).map((number) => ({
                value: String(number),
                label: t("flow.revision", { revision: String(number) }),
              })),
            ]}
          />
        )}
        <ButtonLink look="quiet">
          <a href={fileAddress(tenant, namespace, path)} download aria-label={t("file.download")}>
            <Download size={14} />
          </a>
        </ButtonLink>
        <Menu trigger={<IconButton label={t("action.more")} icon={<MoreVertical size={16} />} />}>
          <MenuItem onChoose={onMove}>{t("file.move")}</MenuItem>
          <MenuLine />
          <MenuItem isDanger onChoose={onDelete}>
            {t("action.delete")}
          </MenuItem>
        </Menu>
      </header>
      <div className="min-h-0 flex-1 overflow-auto">
        {face === null && <Skeleton awaited={path} />}
        {face === "none" && (
          <EmptyState title={t("file.not-shown")}>{t("file.not-shown-hint", { size: sizeText(TEXT_MAX) })}</EmptyState>
        )}
        {face === "image" && <Picture tenant={tenant} namespace={namespace} path={path} />}
        {face !== null && hasText && (
          <Text
            key={path}
            tenant={tenant}
            namespace={namespace}
            path={path}
            face={face}
            old={old}
            onNow={() => setOld("")}
          />
        )}
      </div>
    </section>
  );
}

function sizeText(size: number): string {
  return bytes(size, defaultForm());
}

interface TextProps {
  readonly tenant: string;
  readonly namespace: string;
  readonly path: string;
  readonly face: Face;
  /** The revision to look at; empty for the one that is. */
  readonly old: string;
  readonly onNow: () => void;
}

interface Save {
  readonly text: string;
  /** What is in the editor meanwhile. */
  readonly written: string | null;
}

function Text({ tenant, namespace, path, face, old, onNow }: TextProps) {
  const queries = useQueryClient();
  const now = useQuery(fileText(tenant, namespace, path));
  const before = useQuery({ ...fileText(tenant, namespace, path, Number(old)), enabled: old !== "" });
  const [mine, setMine] = useState<string | null>(null);
  const [isTable, setTable] = useState(face === "table");
  const saving = useAction({
    act: ({ text }: Save) => putFile(tenant, namespace, path, new Blob([text])),
    done: () => t("file.saved", { path }),
    changes: fileKeys.all(tenant, namespace),
    onDone: (_, { text, written }) => {
      // What was there before is not shown again until this one was read, and what was written meanwhile stays.
      queries.setQueryData(fileText(tenant, namespace, path).queryKey, text);
      setMine((present) => (present === written ? null : present));
      onNow();
    },
  });
  useEffect(() => {
    if (mine === null) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [mine]);
  if (now.isError) return <Failure error={now.error} onRetry={() => void now.refetch()} />;
  if (now.isPending || (old !== "" && before.isPending)) return <Skeleton awaited={path} />;
  if (old !== "" && before.data !== undefined) {
    const restored = before.data;
    return (
      <div className="flex h-full min-h-0 flex-col">
        <SourceDiff label={path} before={restored} after={now.data} />
        <Foot>
          <Button
            look="primary"
            isBusy={saving.isPending}
            onClick={() => saving.mutate({ text: restored, written: mine })}
          >
            {t("flow.restore", { revision: old })}
          </Button>
          <Button onClick={onNow}>{t("file.back")}</Button>
        </Foot>
      </div>
    );
  }
  const text = mine ?? now.data;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="min-h-0 flex-1 overflow-auto">
        {isTable ? (
          <Cells text={text} separator={extension(path) === "tsv" ? "\t" : ","} label={path} />
        ) : (
          <SourceEditor
            label={path}
            text={text}
            language={face === "yaml" ? "yaml" : "plain"}
            onChange={(next) => setMine(next === now.data ? null : next)}
          />
        )}
      </div>
      <Foot>
        <Button
          look="primary"
          disabled={mine === null}
          isBusy={saving.isPending}
          onClick={() => mine !== null && saving.mutate({ text: mine, written: mine })}
        >
          {t("edit.save")}
        </Button>
        <Button disabled={mine === null} onClick={() => setMine(null)}>
          {t("edit.revert")}
        </Button>
        {face === "table" && (
          <Button onClick={() => setTable(!isTable)}>{t(isTable ? "file.as-text" : "file.as-table")}</Button>
        )}
        {mine !== null && (
          <span role="status" className="text-muted">
            {t("edit.unsaved")}
          </span>
        )}
      </Foot>
    </div>
  );
}

function Foot({ children }: { readonly children: ReactNode }) {
  return <footer className="flex flex-wrap items-center gap-2 border-border border-t px-3 py-2">{children}</footer>;
}

const ROWS_MAX = 200;

function Cells({
  text,
  separator,
  label,
}: {
  readonly text: string;
  readonly separator: string;
  readonly label: string;
}) {
  const [head = [], ...body] = cells(text, separator, ROWS_MAX + 1);
  return <GridTable label={label} grid={{ head, body }} isCut={body.length === ROWS_MAX} />;
}

/** Files travel as downloads, so an image gets its type here. As an image it runs nothing. */
function Picture({ tenant, namespace, path }: Pick<Props, "tenant" | "namespace" | "path">) {
  const [source, setSource] = useState<string | null>(null);
  const address = fileAddress(tenant, namespace, path);
  useEffect(() => {
    let made: string | null = null;
    const stop = new AbortController();
    fetch(address, { signal: stop.signal })
      .then((answer) => answer.arrayBuffer())
      .then((content) => {
        made = URL.createObjectURL(new Blob([content], { type: mediaType(path) ?? "" }));
        setSource(made);
      })
      .catch(() => setSource(null));
    return () => {
      stop.abort();
      if (made) URL.revokeObjectURL(made);
    };
  }, [address, path]);
  return source ? <img src={source} alt={path} className="max-w-full p-4" /> : null;
}
