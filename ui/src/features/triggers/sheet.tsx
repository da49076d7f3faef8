/** One trigger: why it stands where it stands, its next times, what became of those before, and what can be done. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { unlockTrigger } from "../../api/flows";
import {
  changeBackfill,
  type FireTimes,
  restartTrigger,
  type Ticks,
  type TriggerRow,
  ticks as ticksQuery,
  triggerKeys,
  triggerWhy,
} from "../../api/triggers";
import { t } from "../../i18n/text";
import { Badge } from "../../kit/badge";
import { Button } from "../../kit/button";
import { Sheet } from "../../kit/dialog";
import { LINK } from "../../kit/link";
import { Failure, Skeleton } from "../../kit/page";
import { useAction } from "../actions/run";
import { Moment } from "../live/moments";
import { BackfillForm } from "./backfill";
import { isKept, progress } from "./plan";
import { Stands } from "./stands";
import { TickStrip } from "./strip";
import { WebhookCall } from "./webhook";

interface Props {
  readonly tenant: string;
  readonly row: TriggerRow;
  readonly onClose: () => void;
}

export function TriggerSheet({ tenant, row, onClose }: Props) {
  const { state, trigger } = row;
  const [isPlanning, setPlanning] = useState(false);
  const why = useQuery(triggerWhy(tenant, state));
  const ticks = useQuery(ticksQuery(tenant, state));
  return (
    <Sheet title={`${state.flowId} · ${state.triggerId}`} isOpen onClose={onClose}>
      <div className="flex flex-col gap-5">
        <div className="flex flex-wrap items-center gap-2">
          <Stands state={state} />
          <code className="break-all font-mono text-code text-muted">{trigger?.type}</code>
        </div>
        {trigger?.description && <p>{trigger.description}</p>}
        {why.isError && <Failure error={why.error} onRetry={() => void why.refetch()} />}
        {why.data === null && <p className="text-muted">{t("trigger.waits-for-others")}</p>}
        {why.data?.words && <p>{why.data.words}</p>}
        <Actions tenant={tenant} row={row} onBackfill={() => setPlanning(!isPlanning)} isPlanning={isPlanning} />
        {isPlanning && <BackfillForm tenant={tenant} row={row} onDone={() => setPlanning(false)} />}
        {trigger?.key && trigger.type.endsWith(".Webhook") && (
          <WebhookCall tenant={tenant} name={state} secret={trigger.key} />
        )}
        {ticks.isPending && <Skeleton awaited={t("trigger.times")} rows={4} />}
        {ticks.isError && <Failure error={ticks.error} onRetry={() => void ticks.refetch()} />}
        {ticks.data && <Times ticks={ticks.data} />}
        {ticks.data && <History tenant={tenant} row={row} ticks={ticks.data} />}
      </div>
    </Sheet>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h3 className="mb-1 font-semibold">{title}</h3>
      {children}
    </section>
  );
}

interface ActionsProps {
  readonly tenant: string;
  readonly row: TriggerRow;
  readonly isPlanning: boolean;
  readonly onBackfill: () => void;
}

function Actions({ tenant, row: { state, trigger }, isPlanning, onBackfill }: ActionsProps) {
  const changes = triggerKeys.all(tenant);
  const unlocking = useAction({ act: () => unlockTrigger(tenant, state), done: () => t("trigger.unlocked"), changes });
  const restarting = useAction({
    act: () => restartTrigger(tenant, state),
    done: () => t("trigger.restarted"),
    changes,
  });
  const backfilling = useAction({
    act: (verb: "pause" | "unpause" | "delete") => changeBackfill(tenant, state, verb),
    changes,
  });
  const { backfill } = state;
  const part = backfill ? progress(backfill) : null;
  return (
    <>
      {backfill && (
        <Part title={t("trigger.backfill")}>
          <p>
            <Moment iso={backfill.start} /> – <Moment iso={backfill.end} />
          </p>
          {part !== null && (
            <progress value={part} aria-label={t("trigger.backfill")} className="my-1 h-2 w-full accent-accent" />
          )}
          <div className="flex flex-wrap gap-2">
            <Button
              isBusy={backfilling.isPending}
              onClick={() => backfilling.mutate(backfill.paused ? "unpause" : "pause")}
            >
              {t(backfill.paused ? "trigger.backfill-resume" : "trigger.backfill-pause")}
            </Button>
            <Button look="danger" isBusy={backfilling.isPending} onClick={() => backfilling.mutate("delete")}>
              {t("trigger.backfill-cancel")}
            </Button>
          </div>
        </Part>
      )}
      <div className="flex flex-wrap gap-2">
        {trigger?.cron !== undefined && !backfill && (
          <Button aria-expanded={isPlanning} onClick={onBackfill}>
            {t("trigger.backfill-new")}
          </Button>
        )}
        {state.locked && (
          <Button isBusy={unlocking.isPending} onClick={() => unlocking.mutate(undefined)}>
            {t("trigger.unlock")}
          </Button>
        )}
        {isKept(trigger) && (
          <Button isBusy={restarting.isPending} onClick={() => restarting.mutate(undefined)}>
            {t("trigger.restart")}
          </Button>
        )}
      </div>
    </>
  );
}

const SHOWN = 10;

function Times({ ticks: { next } }: { readonly ticks: Ticks }) {
  if (!next) return null;
  return (
    <Part title={t("trigger.times")}>
      {next.error && <p className="text-failed">{next.error}</p>}
      {next.words && <p className="text-muted">{next.words}</p>}
      <FireList next={next} />
    </Part>
  );
}

function FireList({ next }: { readonly next: FireTimes }) {
  return (
    <ol>
      {next.times.slice(0, SHOWN).map(({ at, local, zone, clockChange, movedFrom }) => (
        <li key={at} className="flex min-h-7 flex-wrap items-center gap-x-3">
          <time dateTime={at}>
            {local.replace("T", " ")} <span className="text-muted">{zone}</span>
          </time>
          <span className="text-muted">
            <Moment iso={at} isRelative />
          </span>
          {clockChange && (
            <Badge>{t(`trigger.clock.${clockChange}`, { from: movedFrom?.replace("T", " ") ?? "" })}</Badge>
          )}
        </li>
      ))}
    </ol>
  );
}

interface HistoryProps {
  readonly tenant: string;
  readonly row: TriggerRow;
  readonly ticks: Ticks;
}

function History({ tenant, row: { state }, ticks }: HistoryProps) {
  return (
    <Part title={t("trigger.before")}>
      <TickStrip ticks={ticks} now={Date.now()} />
      {ticks.fired && (
        <p>
          {t("trigger.fired")} <Moment iso={ticks.fired} />
        </p>
      )}
      {ticks.open.map((id) => (
        <p key={id}>
          {t("trigger.held")}{" "}
          <Link
            to="/$tenant/executions/$namespace/$flowId/$id/$tab"
            params={{ tenant, namespace: state.namespace, flowId: state.flowId, id, tab: "overview" }}
            className={`${LINK} font-mono`}
          >
            {id}
          </Link>
        </p>
      ))}
      <ul>
        {ticks.skipped.toReversed().map(({ from, until, count, words }) => (
          <li key={`${from} ${words}`} className="border-border border-t py-1">
            <span className="text-muted">
              <Moment iso={from} />
              {until !== from && (
                <>
                  {" – "}
                  <Moment iso={until} />
                </>
              )}
            </span>{" "}
            {t("trigger.skipped", { count })} {words}
          </li>
        ))}
      </ul>
      {!ticks.fired && ticks.skipped.length === 0 && <p className="text-muted">{t("trigger.nothing-yet")}</p>}
    </Part>
  );
}
