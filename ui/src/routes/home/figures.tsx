/** The five figures on top, those of the range with the period before, each with a link to what it counts. */

import { Link } from "@tanstack/react-router";
import type { Home } from "../../api/home";
import type { Search } from "../../features/filters/grammar";
import { between } from "../../features/filters/view";
import { WAITING } from "../../features/filters/words";
import { Kpi } from "../../features/statistics/kpi";
import { count, defaultForm, duration, percent } from "../../i18n/format";
import { t } from "../../i18n/text";
import { type Asked, listOf } from "./asked";
import { change } from "./change";

interface Props {
  readonly tenant: string;
  readonly asked: Asked;
  readonly home: Home;
}

export function Figures({ tenant, asked, home: { from, until, now, before, open } }: Props) {
  const form = defaultForm();
  const inRange = between(Date.parse(from), Date.parse(until));
  const hadAny = before.total > 0;
  const note = (text: string | null) => text !== null && t("home.than-before", { change: text });
  const some = (number: number) => `${count(number, form)}${open.isWhole ? "" : "+"}`;
  return (
    <div className="grid grid-cols-5 gap-3 max-narrow:grid-cols-2">
      <Kpi
        label={t("home.success")}
        note={note(change(now.successRatio, before.successRatio, (part) => percent(part, form)))}
      >
        <Executions tenant={tenant} search={listOf(asked, inRange)}>
          {now.successRatio === null ? "–" : percent(now.successRatio, form)}
        </Executions>
      </Kpi>
      <Kpi
        label={t("home.failed")}
        note={note(change(now.failed, hadAny ? before.failed : null, (number) => count(number, form)))}
      >
        <Executions tenant={tenant} search={listOf(asked, inRange, { "filters[state][IN]": "FAILED" })}>
          {count(now.failed, form)}
        </Executions>
      </Kpi>
      <Kpi label={t("home.running")} note={t("home.at-present")}>
        <Executions tenant={tenant} search={listOf(asked, { "filters[state][IN]": "RUNNING" })}>
          {some(open.running)}
        </Executions>
      </Kpi>
      <Kpi label={t("home.waiting")} note={t("home.at-present")}>
        <Executions tenant={tenant} search={listOf(asked, { "filters[waiting][IN]": WAITING.value })}>
          {some(open.waiting)}
        </Executions>
      </Kpi>
      <Kpi label={t("home.p95")} note={note(change(now.p95Ms, before.p95Ms, duration))}>
        <Executions tenant={tenant} search={listOf(asked, inRange, { sort: "state.duration:desc" })}>
          {now.p95Ms === null ? "–" : duration(now.p95Ms)}
        </Executions>
      </Kpi>
    </div>
  );
}

interface LinkProps {
  readonly tenant: string;
  readonly search: Search;
  readonly children: string;
}

function Executions({ tenant, search, children }: LinkProps) {
  return (
    <Link to="/$tenant/executions" params={{ tenant }} search={search} className="underline-offset-4 hover:underline">
      {children}
    </Link>
  );
}
