/**
 * The source of a flow. It is written over only when nobody else has saved meanwhile: a save first reads the revision
 * again, and one that grew is told, with both texts kept.
 */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useBlocker } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { flowKeys, flow as flowQuery, updateFlow } from "../../api/flows";
import type { Flow } from "../../api/types";
import { useAction } from "../../features/actions/run";
import { CheckedEditor } from "../../features/source/checkededitor";
import { SourceDiff } from "../../features/source/diff";
import { t } from "../../i18n/text";
import { Banner } from "../../kit/banner";
import { Button } from "../../kit/button";

interface Props {
  readonly tenant: string;
  readonly flow: Flow;
}

export function FlowEdit({ tenant, flow }: Props) {
  const queries = useQueryClient();
  // What the text was made from. The flow may move on while somebody writes.
  const [base, setBase] = useState(flow);
  const [text, setText] = useState(flow.source ?? "");
  const isChanged = text !== (base.source ?? "");
  const newer = useQuery(flowQuery(tenant, flow)).data;
  const theirs = newer && newer.revision !== base.revision ? newer : null;
  const take = (next: Flow) => {
    setBase(next);
    setText(next.source ?? "");
  };
  const saving = useAction({
    act: async (expected: number) => {
      const now = await queries.fetchQuery({ ...flowQuery(tenant, flow), staleTime: 0 });
      if (now.revision !== expected) throw new Error(t("edit.conflict", { revision: String(now.revision) }));
      return updateFlow(tenant, flow, text);
    },
    done: (saved) => t("edit.saved", { revision: String(saved.revision) }),
    changes: flowKeys.all(tenant),
    onDone: (saved) => {
      queries.setQueryData(flowQuery(tenant, flow).queryKey, { ...saved, source: saved.source ?? text });
      take({ ...saved, source: saved.source ?? text });
    },
  });
  useBlocker({
    shouldBlockFn: ({ next, current }) => isChanged && next.pathname !== current.pathname && !confirm(t("edit.leave")),
    enableBeforeUnload: isChanged,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: an untouched text follows the flow.
  useEffect(() => {
    if (theirs && !isChanged) take(theirs);
  }, [theirs]);
  return (
    <section
      aria-label={t("flow.tab.edit")}
      className="flex h-[calc(100dvh-148px)] min-h-80 flex-col"
      onKeyDown={(event) => {
        if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
        event.preventDefault();
        if (isChanged) saving.mutate(base.revision);
      }}
    >
      {theirs && isChanged && (
        <Conflict
          theirs={theirs}
          mine={text}
          onTake={() => take(theirs)}
          onKeep={() => saving.mutate(theirs.revision)}
        />
      )}
      <div className="min-h-0 flex-1">
        <CheckedEditor tenant={tenant} label={t("edit.label", { name: flow.id })} text={text} onChange={setText} />
      </div>
      <footer className="flex items-center gap-2 border-border border-t px-4 py-2">
        <Button
          look="primary"
          isBusy={saving.isPending}
          disabled={!isChanged}
          onClick={() => saving.mutate(base.revision)}
        >
          {t("edit.save")}
        </Button>
        <Button disabled={!isChanged} onClick={() => take(base)}>
          {t("edit.revert")}
        </Button>
        <span role="status" className="text-muted">
          {isChanged ? t("edit.unsaved") : t("flow.revision", { revision: String(base.revision) })}
        </span>
      </footer>
    </section>
  );
}

interface ConflictProps {
  readonly theirs: Flow;
  readonly mine: string;
  readonly onTake: () => void;
  readonly onKeep: () => void;
}

function Conflict({ theirs, mine, onTake, onKeep }: ConflictProps) {
  return (
    <div className="max-h-[45%] overflow-auto border-border border-b">
      <Banner
        kind="warning"
        actions={
          <>
            <Button onClick={onTake}>{t("edit.take-theirs")}</Button>
            <Button onClick={onKeep}>{t("edit.keep-mine")}</Button>
          </>
        }
      >
        {t("edit.conflict", { revision: String(theirs.revision) })}
      </Banner>
      <SourceDiff label={t("edit.differences")} before={theirs.source ?? ""} after={mine} />
    </div>
  );
}
