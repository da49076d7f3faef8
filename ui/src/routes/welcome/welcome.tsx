/** The first page of a server without flows: examples that run, what one has already, or an empty flow. */

import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { createFlow, flowKeys } from "../../api/flows";
import { useAction } from "../../features/actions/run";
import { ImportSheet } from "../../features/flowimport/dialog";
import { t } from "../../i18n/text";
import { Button, ButtonLink } from "../../kit/button";
import { PageHead } from "../../kit/page";
import { EXAMPLES } from "./examples";

export function WelcomePage() {
  const { tenant } = useParams({ from: "/$tenant/welcome" });
  const navigate = useNavigate();
  const [files, setFiles] = useState<readonly File[]>([]);
  const creating = useAction({
    act: (source: string) => createFlow(tenant, source),
    changes: flowKeys.all(tenant),
    onDone: ({ namespace, id }) =>
      void navigate({ to: "/$tenant/run/$namespace/$id", params: { tenant, namespace, id } }),
  });
  return (
    <>
      <PageHead title={t("welcome.title")} name={t("welcome.title")} />
      <div className="max-w-240 px-4 pb-8 max-narrow:px-3">
        <h2 className="mb-2 font-semibold text-section">{t("welcome.examples")}</h2>
        <ul className="grid grid-cols-3 gap-3 max-narrow:grid-cols-1">
          {EXAMPLES.map(({ id, title, hint, source }) => (
            <li key={id} className="flex flex-col items-start gap-2 rounded-panel border border-border p-3">
              <h3 className="font-semibold">{t(title)}</h3>
              <p className="flex-1 text-muted">{t(hint)}</p>
              <Button
                isBusy={creating.isPending}
                onClick={() => creating.mutate(source)}
                aria-label={t("welcome.start-one", { name: t(title) })}
              >
                {t("welcome.start")}
              </Button>
            </li>
          ))}
        </ul>
        <h2 className="mt-8 mb-2 font-semibold text-section">{t("welcome.bring")}</h2>
        <Drop onFiles={setFiles} />
        <h2 className="mt-8 mb-2 font-semibold text-section">{t("welcome.empty")}</h2>
        <ButtonLink>
          <Link to="/$tenant/flows/new" params={{ tenant }}>
            {t("flows.new")}
          </Link>
        </ButtonLink>
      </div>
      {files.length > 0 && <ImportSheet tenant={tenant} files={files} onClose={() => setFiles([])} />}
    </>
  );
}

/** Flows of files, dropped or chosen. */
function Drop({ onFiles }: { readonly onFiles: (files: readonly File[]) => void }) {
  return (
    <label
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        onFiles([...event.dataTransfer.files]);
      }}
      className="flex flex-col gap-2 rounded-panel border border-control border-dashed p-4 text-muted focus-within:outline-2 focus-within:outline-accent"
    >
      {t("welcome.drop")}
      <input
        type="file"
        multiple
        accept=".yml,.yaml,.zip"
        onChange={(event) => onFiles([...(event.target.files ?? [])])}
        className="max-w-full text-text"
      />
    </label>
  );
}
