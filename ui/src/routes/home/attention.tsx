/** What needs somebody, each with a link to where it can be seen to. Those that wait stand together by their cause. */

import { Link } from "@tanstack/react-router";
import { AlarmClock, AlarmClockOff, Hourglass } from "lucide-react";
import type { ReactNode } from "react";
import { CAUSES } from "../../api/causes";
import type { Home, NamedTrigger } from "../../api/home";
import { Moment } from "../../features/live/moments";
import { t } from "../../i18n/text";
import { StateMark } from "../../kit/statemark";
import { type Asked, listOf } from "./asked";
import { keyOf, type Matter, matters } from "./matters";
import { Panel, ROW } from "./panel";

interface Props {
  readonly tenant: string;
  readonly asked: Asked;
  readonly attention: Home["attention"];
}

const SHOWN = 10;

export function Attention({ tenant, asked, attention }: Props) {
  const found = matters(attention);
  return (
    <Panel title={t("home.attention")}>
      {found.length === 0 && <p className="text-muted">{t("home.quiet")}</p>}
      <ul>
        {found.slice(0, SHOWN).map((matter) => (
          <li key={keyOf(matter)} className={ROW}>
            <Row tenant={tenant} asked={asked} matter={matter} />
          </li>
        ))}
      </ul>
      {found.length > SHOWN && <p className="text-muted">{t("home.more", { count: found.length - SHOWN })}</p>}
    </Panel>
  );
}

const NAME = "min-w-0 flex-1 truncate hover:underline";

function causeWords(cause: string): string {
  const known = CAUSES.find((one) => one === cause);
  return known ? t(`cause.${known}`) : cause;
}

function Row({ tenant, asked, matter }: Omit<Props, "attention"> & { readonly matter: Matter }) {
  switch (matter.kind) {
    case "failed": {
      const { executionId, namespace, flowId, state, since } = matter.run;
      return (
        <>
          <StateMark state={state} isIconOnly />
          <Link
            to="/$tenant/executions/$namespace/$flowId/$id/$tab"
            params={{ tenant, namespace, flowId, id: executionId, tab: "overview" }}
            className={NAME}
          >
            <span className="text-muted">{namespace}.</span>
            {flowId}
          </Link>
          <Since word={t("home.failed-last")} iso={since} />
        </>
      );
    }
    case "waiting": {
      const { cause, count, since } = matter.group;
      return (
        <>
          <Hourglass size={16} aria-hidden className="shrink-0 text-waiting" />
          <Link
            to="/$tenant/executions"
            params={{ tenant }}
            search={listOf(asked, { "filters[waiting][IN]": cause })}
            className={NAME}
          >
            {t("home.waiting-for", { count, cause: causeWords(cause) })}
          </Link>
          <Since word={t("home.since")} iso={since} />
        </>
      );
    }
    case "late":
      return (
        <>
          <AlarmClock size={16} aria-hidden className="shrink-0 text-warning" />
          <TriggerLink tenant={tenant} trigger={matter.trigger} />
          <Since word={t("home.late")} iso={matter.trigger.due} />
        </>
      );
    case "broken":
      return (
        <>
          <AlarmClockOff size={16} aria-hidden className="shrink-0 text-failed" />
          <TriggerLink tenant={tenant} trigger={matter.trigger} />
          <Since word={t("home.broken")} iso={matter.trigger.since} />
        </>
      );
  }
}

function Since({ word, iso }: { readonly word: ReactNode; readonly iso: string | null }) {
  return (
    <span className="whitespace-nowrap text-muted">
      {word} <Moment iso={iso ?? undefined} isRelative />
    </span>
  );
}

function TriggerLink({ tenant, trigger }: { readonly tenant: string; readonly trigger: NamedTrigger }) {
  const { namespace, flowId, triggerId } = trigger;
  return (
    <Link
      to="/$tenant/flows/edit/$namespace/$id/$tab"
      params={{ tenant, namespace, id: flowId, tab: "triggers" }}
      className={NAME}
    >
      {flowId} · {triggerId}
    </Link>
  );
}
