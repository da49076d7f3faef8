/** Warnings and errors that were logged, over time. */

import { useQuery } from "@tanstack/react-query";
import { logErrors } from "../../api/statistics";
import { bars } from "../../engines/charts/bars";
import { BarChart } from "../../features/statistics/chart";
import type { Span } from "../../features/statistics/figures";
import { scopeOf } from "../../features/statistics/scope";
import { t } from "../../i18n/text";
import { Failure, Skeleton } from "../../kit/page";

interface Props {
  readonly tenant: string;
  readonly span: Span;
  readonly namespace: string | undefined;
}

const LEVELS = ["ERROR", "WARN"] as const;
const SERIES = [
  { id: "ERROR", name: "ERROR", colour: "var(--state-failed)" },
  { id: "WARN", name: "WARN", colour: "var(--state-warning)" },
];

export function LogErrors({ tenant, span, namespace }: Props) {
  const found = useQuery(logErrors(tenant, scopeOf(null, span, namespace)));
  if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  if (found.isPending) return <Skeleton awaited={t("home.log-errors")} rows={3} />;
  const counts = found.data.results.map(({ date, level, total }) => ({
    at: Date.parse(date),
    series: level,
    value: total,
  }));
  return <BarChart label={t("home.log-errors")} series={SERIES} bars={bars(counts, LEVELS, span)} height={140} />;
}
