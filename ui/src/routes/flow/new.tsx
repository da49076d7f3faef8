/** A new flow. */

import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { createFlow, flowKeys } from "../../api/flows";
import { useAction } from "../../features/actions/run";
import { CheckedEditor } from "../../features/source/checkededitor";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { PageHead } from "../../kit/page";

const BEGINNING = `id: my_flow
namespace: company.team

tasks:
  - id: hello
    type: io.kestra.plugin.core.log.Log
    message: Hello World
`;

export function NewFlowPage() {
  const { tenant } = useParams({ from: "/$tenant/flows/new" });
  const navigate = useNavigate();
  const [text, setText] = useState(BEGINNING);
  const creating = useAction({
    act: () => createFlow(tenant, text),
    done: ({ id }) => t("flow.created", { name: id }),
    changes: flowKeys.all(tenant),
    onDone: ({ namespace, id }) =>
      void navigate({
        to: "/$tenant/flows/edit/$namespace/$id/$tab",
        params: { tenant, namespace, id, tab: "overview" },
      }),
  });
  return (
    <>
      <PageHead
        title={t("flows.new")}
        name={t("flows.new")}
        actions={
          <Button look="primary" isBusy={creating.isPending} onClick={() => creating.mutate(undefined)}>
            {t("flow.create")}
          </Button>
        }
      />
      <div className="h-[calc(100dvh-112px)] min-h-60 border-border border-t">
        <CheckedEditor tenant={tenant} label={t("flows.new")} text={text} onChange={setText} />
      </div>
    </>
  );
}
