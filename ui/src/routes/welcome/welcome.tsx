/** The first page of a server without flows: examples that run, what one has already, or an empty flow. */

import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { createFlow, flowKeys } from "../../api/flows";
import { useAction } from "../../features/actions/run";
import { t } from "../../i18n/text";
import { Button, ButtonLink } from "../../kit/button";
import { PageHead } from "../../kit/page";
import { tellFailure } from "../../kit/toast";
import { EXAMPLES } from "./examples";

export function WelcomePage() {
  const { tenant } = useParams({ from: "/$tenant/welcome" });
  const navigate = useNavigate();
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
        <Drop tenant={tenant} onFlow={(source) => creating.mutate(source)} />
        <h2 className="mt-8 mb-2 font-semibold text-section">{t("welcome.empty")}</h2>
        <ButtonLink>
          <Link to="/$tenant/flows/new" params={{ tenant }}>
            {t("flows.new")}
          </Link>
        </ButtonLink>
      </div>
    </>
  );
}

/** A flow of a file, dropped or chosen. */
function Drop({ onFlow }: { readonly tenant: string; readonly onFlow: (source: string) => void }) {
  const take = async (file: File | undefined) => {
    if (!file) return;
    if (!/\.ya?ml$/i.test(file.name)) {
      tellFailure(new Error(t("welcome.not-yaml", { name: file.name })));
      return;
    }
    onFlow(await file.text());
  };
  return (
    <label
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void take(event.dataTransfer.files[0]);
      }}
      className="flex flex-col gap-2 rounded-panel border border-control border-dashed p-4 text-muted focus-within:outline-2 focus-within:outline-accent"
    >
      {t("welcome.drop")}
      <input
        type="file"
        accept=".yml,.yaml"
        onChange={(event) => void take(event.target.files?.[0])}
        className="max-w-full text-text"
      />
    </label>
  );
}
