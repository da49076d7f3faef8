/** A file of an execution beside the page: its rows, its text, its picture, or its first bytes. */

import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { type FilePreview, fileOf, filePreview, firstBytes, ROWS_MAX } from "../../api/executionfiles";
import { t } from "../../i18n/text";
import { ButtonLink } from "../../kit/button";
import { CodeBlock } from "../../kit/codeblock";
import { Sheet } from "../../kit/dialog";
import { Failure, Skeleton } from "../../kit/page";
import { contentOf, hexOf } from "./content";
import { GridTable } from "./gridtable";

/** Bytes that are shown of what cannot be shown otherwise. */
const BYTES_MAX = 4_096;

interface Props {
  readonly tenant: string;
  readonly execution: string;
  /** `kestra:///…` */
  readonly uri: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export function nameOf(uri: string): string {
  return uri.slice(uri.lastIndexOf("/") + 1);
}

export function FileSheet({ tenant, execution, uri, isOpen, onClose }: Props) {
  const found = useQuery({ ...filePreview(tenant, execution, uri), enabled: isOpen });
  return (
    <Sheet
      title={nameOf(uri)}
      isOpen={isOpen}
      onClose={onClose}
      actions={
        <ButtonLink>
          <a href={fileOf(tenant, execution, uri)} download>
            <Download size={14} aria-hidden />
            {t("file.download")}
          </a>
        </ButtonLink>
      }
    >
      {found.isPending && <Skeleton awaited={nameOf(uri)} />}
      {found.isError && <Failure error={found.error} onRetry={() => void found.refetch()} />}
      {found.data && <Shown tenant={tenant} execution={execution} uri={uri} preview={found.data} />}
    </Sheet>
  );
}

type ShownProps = Omit<Props, "isOpen" | "onClose"> & { readonly preview: FilePreview };

function Shown({ preview, ...of }: ShownProps) {
  const content = contentOf(preview, ROWS_MAX);
  const label = nameOf(of.uri);
  switch (content.kind) {
    case "grid":
      return <GridTable label={label} grid={content.grid} isCut={preview.truncated} />;
    case "picture":
      return <img src={content.source} alt={label} className="max-w-full" />;
    case "bytes":
      return <Bytes {...of} />;
    case "text":
      return (
        <>
          <CodeBlock label={label} text={content.text} />
          {preview.truncated && <p className="py-2 text-muted">{t("file.cut")}</p>}
        </>
      );
  }
}

function Bytes({ tenant, execution, uri }: Omit<ShownProps, "preview">) {
  const bytes = useQuery(firstBytes(tenant, execution, uri, BYTES_MAX));
  if (bytes.isPending) return <Skeleton awaited={nameOf(uri)} />;
  if (bytes.isError) return <Failure error={bytes.error} onRetry={() => void bytes.refetch()} />;
  return (
    <>
      <p className="pb-2 text-muted">{t("file.bytes")}</p>
      <CodeBlock label={nameOf(uri)} text={hexOf(bytes.data)} />
    </>
  );
}
