/** A new flow. What is written is kept as a draft until it is created. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { createFlow, flowKeys } from "../../api/flows";
import { useAction } from "../../features/actions/run";
import { keepLocal } from "../../features/source/drafts";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { Failure, PageHead, Skeleton } from "../../kit/page";
import { type Beginning, beginningOfNew, NEW } from "./beginning";
import { DraftBanner } from "./draftbanner";
import { useKept } from "./keeping";
import { Workbench } from "./workbench";

const EXAMPLE = `id: my_flow
namespace: company.team

tasks:
  - id: hello
    type: io.kestra.plugin.core.log.Log
    message: Hello World
`;

export function NewFlowPage() {
  const { tenant } = useParams({ from: "/$tenant/flows/new" });
  const queries = useQueryClient();
  const begun = useQuery({
    queryKey: [tenant, "editor", NEW.namespace, NEW.id],
    queryFn: () => beginningOfNew(queries, tenant, EXAMPLE),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  if (begun.isError) return <Failure error={begun.error} onRetry={() => void begun.refetch()} />;
  if (begun.isPending) return <Skeleton awaited={t("flows.new")} />;
  return <Writing tenant={tenant} begun={begun.data} />;
}

function Writing({ tenant, begun }: { readonly tenant: string; readonly begun: Beginning<string> }) {
  const navigate = useNavigate();
  const [text, setText] = useState(begun.text);
  const [draftAt, setDraftAt] = useState(begun.draftAt);
  const isChanged = text !== begun.base;
  const { isKept, forget } = useKept(tenant, NEW, text, 0, isChanged);
  const present = useRef(text);
  present.current = text;
  const creating = useAction({
    act: (source: string) => createFlow(tenant, source),
    done: ({ id }) => t("flow.created", { name: id }),
    changes: flowKeys.all(tenant),
    onDone: ({ namespace, id, revision }, source) => {
      forget();
      // Whoever wrote on before the answer came goes on with that as a draft of the flow.
      const isWrittenOn = present.current !== source;
      if (isWrittenOn) keepLocal(tenant, namespace, id, { text: present.current, base: revision, at: Date.now() });
      void navigate({
        to: "/$tenant/flows/edit/$namespace/$id/$tab",
        params: { tenant, namespace, id, tab: isWrittenOn ? "edit" : "overview" },
      });
    },
  });
  const create = () => creating.mutate(text);
  return (
    <section aria-label={t("flows.new")} className="flex h-[calc(100dvh-48px)] min-h-80 flex-col">
      <PageHead
        title={t("flows.new")}
        name={t("flows.new")}
        actions={
          <>
            <span role="status" className="text-muted">
              {isChanged && t(isKept ? "draft.kept" : "edit.unsaved")}
            </span>
            <Button look="primary" isBusy={creating.isPending} onClick={create}>
              {t("flow.create")}
            </Button>
          </>
        }
      />
      {draftAt !== null && isChanged && (
        <DraftBanner
          at={draftAt}
          onDrop={() => {
            setText(begun.base);
            setDraftAt(null);
          }}
        >
          {t("draft.new")}
        </DraftBanner>
      )}
      <div className="min-h-0 flex-1 border-border border-t">
        <Workbench
          tenant={tenant}
          label={t("flows.new")}
          name={t("flows.new")}
          text={text}
          onChange={setText}
          onSave={() => !creating.isPending && create()}
        />
      </div>
    </section>
  );
}
