/** The list of flows. Files that are dropped on it are imported after a plan was shown. */

import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { ImportSheet } from "../../features/flowimport/dialog";
import { FlowList } from "../../features/flowlist/list";
import { t } from "../../i18n/text";
import { Button, ButtonLink } from "../../kit/button";
import { PageHead } from "../../kit/page";

export function FlowsPage() {
  const { tenant } = useParams({ from: "/$tenant/flows" });
  const search = useSearch({ from: "/$tenant/flows" });
  const navigate = useNavigate({ from: "/$tenant/flows" });
  const [files, setFiles] = useState<readonly File[] | null>(null);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button is the first.
    <div
      className="flex flex-1 flex-col"
      onDragOver={(event) => event.dataTransfer.types.includes("Files") && event.preventDefault()}
      onDrop={(event) => {
        if (event.dataTransfer.files.length === 0) return;
        event.preventDefault();
        setFiles([...event.dataTransfer.files]);
      }}
    >
      <PageHead
        title={t("flows.title")}
        name={t("flows.title")}
        actions={
          <>
            <Button onClick={() => setFiles([])}>{t("import.title")}</Button>
            <ButtonLink look="primary">
              <Link to="/$tenant/flows/new" params={{ tenant }}>
                {t("flows.new")}
              </Link>
            </ButtonLink>
          </>
        }
      />
      <FlowList tenant={tenant} search={search} onSearch={(next, how) => void navigate({ search: next, ...how })} />
      {files && <ImportSheet tenant={tenant} files={files} onClose={() => setFiles(null)} />}
    </div>
  );
}
