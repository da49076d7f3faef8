/** One execution beside the list: what failed or what it waits for, its last lines, and what is most probably wanted. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { lastLines, possible } from "../../api/executions";
import type { Execution } from "../../api/types";
import { isEnded } from "../../api/types";
import { defaultForm, logMoment } from "../../i18n/format";
import { t } from "../../i18n/text";
import { Button, ButtonLink, IconButton } from "../../kit/button";
import { Failure, Skeleton } from "../../kit/page";
import { StateMark } from "../../kit/statemark";
import { KillDialog, PlainDialog, RestartDialog } from "../actions/dialogs";
import { Labels } from "../labels";
import { Moment } from "../live/moments";
import { ResumeForm } from "../runform/resume";
import type { Offer } from "../why/offers";
import { WhyPanel } from "../why/why";
import { TookBar } from "./took";

type Asked = Offer | "restart";

interface Props {
  readonly tenant: string;
  readonly execution: Execution;
  readonly usual: number | null | undefined;
  readonly onClose: () => void;
}

export function PeekPanel({ tenant, execution, usual, onClose }: Props) {
  const { id, namespace, flowId, state, trigger, labels } = execution;
  const [asked, setAsked] = useState<Asked | null>(null);
  const panel = useRef<HTMLElement>(null);
  // On a phone it covers the list, so the focus goes with it.
  useEffect(() => {
    if (panel.current && getComputedStyle(panel.current).position === "fixed") panel.current.focus();
  }, []);
  useEffect(() => {
    const close = (event: KeyboardEvent) => {
      const isElsewhere = document.querySelector("[role=dialog],[role=menu]") !== null;
      if (event.key === "Escape" && !event.defaultPrevented && !isElsewhere) onClose();
    };
    addEventListener("keydown", close);
    return () => removeEventListener("keydown", close);
  }, [onClose]);
  return (
    <section
      ref={panel}
      tabIndex={-1}
      aria-label={t("executions.peek", { name: `${flowId} ${id}` })}
      className="sticky top-12 z-12 flex h-[calc(100dvh-48px)] w-96 shrink-0 flex-col border-border border-l bg-bg outline-none max-narrow:fixed max-narrow:inset-0 max-narrow:z-30 max-narrow:h-auto max-narrow:w-auto"
    >
      <header className="flex items-center gap-2 border-border border-b py-2 pr-2 pl-4">
        <StateMark state={state.current} />
        <h2 className="min-w-0 flex-1 truncate font-semibold text-section">
          <span className="text-muted">{namespace}.</span>
          {flowId}
        </h2>
        <IconButton label={t("kit.close")} icon={<X size={16} />} onClick={onClose} />
      </header>
      <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-auto p-4">
        <div className="flex flex-wrap items-center gap-2">
          <ButtonLink look="primary">
            <Link
              to="/$tenant/executions/$namespace/$flowId/$id/$tab"
              params={{ tenant, namespace, flowId, id, tab: "overview" }}
            >
              {t("executions.open")}
            </Link>
          </ButtonLink>
          {state.current === "FAILED" && <Button onClick={() => setAsked("restart")}>{t("action.restart")}</Button>}
          {state.current === "RUNNING" && possible(state.current, "kill") && (
            <Button onClick={() => setAsked("kill")}>{t("action.kill")}</Button>
          )}
        </div>
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Moment iso={state.startDate} />
          <TookBar state={state} usual={usual} />
          {trigger && <span className="text-muted">{t("execution.by", { trigger: trigger.id })}</span>}
        </p>
        <p className="break-all font-mono text-code text-muted">{id}</p>
        <Labels labels={labels} list="executions" />
        <FailureLine execution={execution} />
        {!isEnded(state.current) && (
          <WhyPanel
            key={id}
            tenant={tenant}
            execution={execution}
            offer={(offer) => (
              <Button key={offer} look={offer === "resume" ? "primary" : "plain"} onClick={() => setAsked(offer)}>
                {t(`action.${offer}`)}
              </Button>
            )}
          />
        )}
        <LastLines tenant={tenant} execution={execution} />
      </div>
      {asked && <Ask tenant={tenant} execution={execution} asked={asked} onClose={() => setAsked(null)} />}
    </section>
  );
}

function Ask({ asked, ...props }: Pick<Props, "tenant" | "execution" | "onClose"> & { readonly asked: Asked }) {
  switch (asked) {
    case "restart":
      return <RestartDialog {...props} />;
    case "kill":
      return <KillDialog {...props} />;
    case "resume":
      return <ResumeForm {...props} isOpen />;
    default:
      return <PlainDialog {...props} verb={asked} />;
  }
}

function FailureLine({ execution: { failure } }: Pick<Props, "execution">) {
  if (!failure) return null;
  return (
    <section aria-label={t("execution.failure")} className="rounded-panel border border-failed p-3">
      <h3 className="font-mono font-semibold text-code">{failure.taskId}</h3>
      <p className="mt-1 whitespace-pre-wrap break-words">{failure.message}</p>
    </section>
  );
}

const LINES = 12;

function LastLines({ tenant, execution: { id, state } }: Pick<Props, "tenant" | "execution">) {
  const found = useQuery(lastLines(tenant, id, LINES, state.current));
  const form = defaultForm();
  return (
    <section aria-label={t("executions.last-lines")} className="min-w-0">
      <h3 className="mb-1 font-semibold">{t("executions.last-lines")}</h3>
      {found.isPending && <Skeleton rows={4} awaited={t("executions.last-lines")} />}
      {found.isError && <Failure error={found.error} onRetry={() => void found.refetch()} />}
      {found.data?.length === 0 && <p className="text-muted">{t("logs.none")}</p>}
      <ol className="font-mono text-code">
        {found.data?.map(({ line, timestamp, level, message }) => (
          <li key={line} className="break-words border-border border-t py-0.5">
            <span className="text-muted">{logMoment(timestamp, form)}</span>{" "}
            <span className={level === "ERROR" ? "font-semibold text-failed" : "text-muted"}>{level}</span>{" "}
            <span className="line-clamp-3 whitespace-pre-wrap">{message}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
