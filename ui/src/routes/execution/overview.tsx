/** The answer first: what failed or why it waits. Below it what went in and what came out. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { sinceSuccess } from "../../api/compare";
import { progress } from "../../api/taskruns";
import type { Execution, Json } from "../../api/types";
import { isEnded } from "../../api/types";
import { ChangeList } from "../../features/compare/entries";
import { Moment } from "../../features/live/moments";
import { Values } from "../../features/outputs/values";
import type { Offer } from "../../features/why/offers";
import { WhyPanel } from "../../features/why/why";
import { defaultForm, logMoment } from "../../i18n/format";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { LINK } from "../../kit/link";
import { Skeleton } from "../../kit/page";
import { StateMark, stateWord } from "../../kit/statemark";
import { Ask } from "./actions";

interface Props {
  readonly tenant: string;
  readonly execution: Execution;
}

export function ExecutionOverview({ tenant, execution }: Props) {
  const { state, inputs, outputs, variables, trigger } = execution;
  const runs = useQuery(progress(tenant, execution.id)).data;
  const given = trigger?.variables;
  const [asked, setAsked] = useState<Offer | null>(null);
  return (
    <div className="flex flex-col gap-6 p-4 max-narrow:p-3">
      {state.current === "FAILED" && <FailureCard tenant={tenant} execution={execution} />}
      {!isEnded(state.current) && (
        <WhyPanel
          tenant={tenant}
          execution={execution}
          offer={(one) => <OfferButton key={one} offer={one} onAsk={setAsked} />}
        />
      )}
      {runs && Object.keys(runs.counts).length === 0 && <p className="text-muted">{t("execution.no-runs")}</p>}
      <div className="grid grid-cols-2 gap-6 max-narrow:grid-cols-1">
        <Shown tenant={tenant} execution={execution} title={t("execution.inputs")} values={inputs} root="inputs" />
        <Shown tenant={tenant} execution={execution} title={t("execution.outputs")} values={outputs} root="outputs" />
        <Shown
          tenant={tenant}
          execution={execution}
          title={t("execution.variables")}
          values={variables}
          root="vars"
          isOnlyIfAny
        />
        {typeof given === "object" && given !== null && !Array.isArray(given) && (
          <Shown
            tenant={tenant}
            execution={execution}
            title={t("execution.trigger")}
            values={given as Readonly<Record<string, Json>>}
            root="trigger"
            isOnlyIfAny
          />
        )}
        <History execution={execution} />
        <Relatives tenant={tenant} execution={execution} />
      </div>
      {asked && <Ask tenant={tenant} execution={execution} asked={asked} onClose={() => setAsked(null)} />}
    </div>
  );
}

function OfferButton({ offer, onAsk }: { readonly offer: Offer; readonly onAsk: (offer: Offer) => void }) {
  return (
    <Button look={offer.startsWith("resume") ? "primary" : "plain"} onClick={() => onAsk(offer)}>
      {t(`action.${offer}`)}
    </Button>
  );
}

function Box({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="min-w-0">
      <h2 className="mb-1 font-semibold text-section">{title}</h2>
      {children}
    </section>
  );
}

interface ShownProps extends Props {
  readonly title: string;
  readonly values: Readonly<Record<string, Json>> | undefined;
  readonly root: string;
  readonly isOnlyIfAny?: boolean;
}

function Shown({ tenant, execution, title, values = {}, root, isOnlyIfAny = false }: ShownProps) {
  const isEmpty = Object.keys(values).length === 0;
  if (isEmpty && isOnlyIfAny) return null;
  return (
    <Box title={title}>
      {isEmpty ? (
        <p className="text-muted">{t("execution.nothing")}</p>
      ) : (
        <Values label={title} values={values} root={root} tenant={tenant} execution={execution.id} />
      )}
    </Box>
  );
}

/** The task that failed, what its log said last, and what is different from the last success. */
function FailureCard({ tenant, execution }: Props) {
  const found = useQuery(sinceSuccess(tenant, execution.id));
  const { namespace, flowId, id } = execution;
  const params = { tenant, namespace, flowId, id };
  const failure = found.data?.failure;
  const attempts = failure?.attempts?.length ?? 0;
  return (
    <section aria-label={t("execution.failure")} className="rounded-panel border border-failed p-4">
      <h2 className="flex flex-wrap items-center gap-2 font-semibold text-section">
        <StateMark state="FAILED" />
        {failure?.taskId && <span className="font-mono">{failure.taskId}</span>}
        {failure?.value && <span className="font-mono font-normal text-muted">{failure.value}</span>}
        {attempts > 1 && <span className="font-normal">{t("execution.attempts", { count: attempts })}</span>}
        {typeof failure?.exitCode === "number" && failure.exitCode !== 0 && (
          <span className="font-normal">{t("execution.exit-code", { code: String(failure.exitCode) })}</span>
        )}
      </h2>
      {found.isPending && <Skeleton rows={3} awaited={t("execution.failure")} />}
      {found.isError && <p className="mt-1 text-failed">{found.error.message}</p>}
      {failure?.message && <p className="mt-1 whitespace-pre-wrap break-words">{failure.message}</p>}
      {failure && failure.lastLines.length > 0 && (
        <pre className="mt-2 max-h-80 overflow-auto font-mono text-code text-muted">
          {failure.lastLines
            .map(
              ({ timestamp, level, message }) => `${logMoment(timestamp, defaultForm())} ${level.padEnd(5)} ${message}`,
            )
            .join("\n")}
        </pre>
      )}
      <p className="mt-2 flex flex-wrap gap-4">
        <Link to="/$tenant/executions/$namespace/$flowId/$id/$tab" params={{ ...params, tab: "logs" }} className={LINK}>
          {t("execution.all-logs")}
        </Link>
        <Link
          to="/$tenant/flows/edit/$namespace/$id/$tab"
          params={{ tenant, namespace, id: flowId, tab: "edit" }}
          className={LINK}
        >
          {t("execution.edit-flow")}
        </Link>
      </p>
      {found.data?.changes && found.data.lastSuccess && (
        <section aria-label={t("execution.changed")} className="mt-3 border-border border-t pt-3">
          <h3 className="mb-1 flex flex-wrap items-baseline gap-x-3 font-semibold">
            {t("execution.changed")}
            <span className="font-normal text-muted">
              <Moment iso={found.data.lastSuccess.started} />
            </span>
            <Link
              to="/$tenant/executions/$namespace/$flowId/$id/$tab"
              params={{ ...params, tab: "compare" }}
              search={{ with: found.data.lastSuccess.executionId }}
              className={`${LINK} font-normal`}
            >
              {t("execution.tab.compare")}
            </Link>
          </h3>
          <ChangeList changes={found.data.changes} />
        </section>
      )}
    </section>
  );
}

function History({ execution: { state } }: { readonly execution: Execution }) {
  return (
    <Box title={t("execution.history")}>
      <ol>
        {(state.histories ?? []).map(({ state: one, date }) => (
          <li key={`${one} ${date}`} className="flex h-7 items-center gap-3">
            <span className="w-36">
              <StateMark state={one} />
            </span>
            <span className="text-muted" title={stateWord(one)}>
              <Moment iso={date} />
            </span>
          </li>
        ))}
      </ol>
    </Box>
  );
}

function Relatives({ tenant, execution: { id, parentId, originalId } }: Props) {
  const original = originalId !== id ? originalId : undefined;
  if (!parentId && !original) return null;
  const link = (other: string) => (
    <Link
      to="/$tenant/executions"
      params={{ tenant }}
      search={{ "filters[q][EQUALS]": other }}
      className={`${LINK} font-mono`}
    >
      {other}
    </Link>
  );
  return (
    <Box title={t("execution.relatives")}>
      {parentId && (
        <p>
          {t("execution.parent")} {link(parentId)}
        </p>
      )}
      {original && (
        <p>
          {t("execution.original")} {link(original)}
        </p>
      )}
    </Box>
  );
}
