/**
 * The source of a flow. It is written over only when nobody else has saved meanwhile: a save says which revision it was
 * made from, and one that grew since is merged, with both texts kept. What is not saved is kept as a draft.
 */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useBlocker } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { Problem } from "../../api/errors";
import { flowKeys, flow as flowQuery, latest, updateFlow } from "../../api/flows";
import type { Flow } from "../../api/types";
import { useAction } from "../../features/actions/run";
import { MergePanel } from "../../features/source/mergepanel";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { Failure, Skeleton } from "../../kit/page";
import { type Beginning, beginning } from "./beginning";
import { DraftBanner } from "./draftbanner";
import { useKept } from "./keeping";
import { Workbench } from "./workbench";

interface Props {
  readonly tenant: string;
  readonly flow: Flow;
}

interface Save {
  readonly source: string;
  /** What is in the editor meanwhile: after a merge it is not what is saved. */
  readonly written: string;
  readonly expected: number;
}

export function FlowEdit({ tenant, flow }: Props) {
  const queries = useQueryClient();
  const begun = useQuery({
    queryKey: [tenant, "editor", flow.namespace, flow.id],
    queryFn: () => beginning(queries, tenant, flow),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  if (begun.isError) return <Failure error={begun.error} onRetry={() => void begun.refetch()} />;
  if (begun.isPending) return <Skeleton awaited={flow.id} />;
  return <Editing tenant={tenant} flow={flow} begun={begun.data} />;
}

function Editing({ tenant, flow, begun }: Props & { readonly begun: Beginning<Flow> }) {
  const queries = useQueryClient();
  // What the text was made from. The flow may move on while somebody writes.
  const [base, setBase] = useState(begun.base);
  const [text, setText] = useState(begun.text);
  const [draftAt, setDraftAt] = useState(begun.draftAt);
  const isChanged = text !== (base.source ?? "");
  const newer = useQuery(flowQuery(tenant, flow)).data;
  const theirs = newer && newer.revision !== base.revision ? newer : null;
  const last = useQuery(latest(tenant, [{ namespace: flow.namespace, id: flow.id }]));
  const { isKept, keepNow } = useKept(tenant, flow, text, base.revision, isChanged);
  const take = (next: Flow, written = next.source ?? "") => {
    setBase(next);
    setText(written);
    setDraftAt(null);
  };
  const saving = useAction({
    act: async ({ source, expected }: Save) => {
      const now = await queries.fetchQuery({ ...flowQuery(tenant, flow), staleTime: 0 });
      if (now.revision !== expected) throw new Error(t("edit.conflict", { revision: String(now.revision) }));
      try {
        const saved = await updateFlow(tenant, flow, source, expected);
        return { ...saved, source: saved.source ?? source };
      } catch (error) {
        // Somebody was faster by a moment: their text is read, and the merge is shown.
        if (error instanceof Problem && error.status === 409)
          await queries.invalidateQueries({ queryKey: flowQuery(tenant, flow).queryKey });
        throw error;
      }
    },
    done: (saved) => t("edit.saved", { revision: String(saved.revision) }),
    changes: flowKeys.all(tenant),
    onDone: (saved, { written }) => {
      queries.setQueryData(flowQuery(tenant, flow).queryKey, saved);
      setBase(saved);
      setDraftAt(null);
      // Whoever wrote on before the answer came has that still to save.
      setText((now) => (now === written ? (saved.source ?? "") : now));
    },
  });
  const save = () => saving.mutate({ source: text, written: text, expected: base.revision });
  useBlocker({
    shouldBlockFn: ({ next, current }) => isChanged && next.pathname !== current.pathname && !confirm(t("edit.leave")),
    // A tab that is closed asks only if it would lose something.
    enableBeforeUnload: () => isChanged && !keepNow(),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: an untouched text follows the flow.
  useEffect(() => {
    if (theirs && !isChanged) take(theirs);
  }, [theirs]);
  return (
    <section
      aria-label={t("flow.tab.edit")}
      className="flex h-[calc(100dvh-148px)] min-h-80 flex-col max-narrow:h-[calc(100dvh-172px)]"
    >
      {draftAt !== null && isChanged && (
        <DraftBanner at={draftAt} onDrop={() => take(newer ?? base)}>
          {t("draft.yours", { revision: String(base.revision) })}
        </DraftBanner>
      )}
      {theirs && isChanged ? (
        <MergePanel
          base={base.source ?? ""}
          mine={text}
          theirs={theirs}
          isBusy={saving.isPending}
          onSave={(source) => saving.mutate({ source, written: text, expected: theirs.revision })}
          onEdit={(source) => take(theirs, source)}
          onTakeTheirs={() => take(theirs)}
        />
      ) : (
        <>
          <div className="min-h-0 flex-1">
            <Workbench
              tenant={tenant}
              label={t("edit.label", { name: flow.id })}
              name={flow.id}
              text={text}
              onChange={setText}
              onSave={() => isChanged && !saving.isPending && save()}
              executionId={last.data?.[0]?.id}
            />
          </div>
          <footer className="flex items-center gap-2 border-border border-t px-4 py-2">
            <Button look="primary" isBusy={saving.isPending} disabled={!isChanged} onClick={save}>
              {t("edit.save")}
            </Button>
            <Button disabled={!isChanged} onClick={() => take(base)}>
              {t("edit.revert")}
            </Button>
            <span role="status" className="text-muted">
              {isChanged
                ? t(isKept ? "draft.kept" : "edit.unsaved")
                : t("flow.revision", { revision: String(base.revision) })}
            </span>
          </footer>
        </>
      )}
    </section>
  );
}
