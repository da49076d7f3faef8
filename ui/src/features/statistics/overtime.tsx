/** Executions over time by state. A bar leads to the executions that it counts; a drag narrows the range of the page. */

import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { executionsOverTime } from "../../api/statistics";
import { bars } from "../../engines/charts/bars";
import { t } from "../../i18n/text";
import { Failure, Skeleton } from "../../kit/page";
import { useAskAgain } from "../live/live";
import { BarChart } from "./chart";
import { byFamily, FAMILIES, type Span } from "./figures";
import { scopeOf } from "./scope";

interface Props {
  readonly tenant: string;
  readonly span: Span;
  /** How the range is asked for: a range that moves has to be the same question each time. */
  readonly last: string | null;
  readonly namespace: string | undefined;
  readonly onNarrow: (span: Span) => void;
}

const SERIES = FAMILIES.map((id) => ({ id, name: t(`family.${id}`), colour: `var(--state-${id})` }));

export function ExecutionsOverTime({ tenant, span, last, namespace, onNarrow }: Props) {
  const navigate = useNavigate();
  const scope = scopeOf(last, span, namespace);
  const counts = useQuery({ ...executionsOverTime(tenant, scope), refetchInterval: useAskAgain(true) });
  if (counts.isError) return <Failure error={counts.error} onRetry={() => void counts.refetch()} />;
  if (counts.isPending) return <Skeleton awaited={t("home.over-time")} rows={5} />;
  return (
    <BarChart
      label={t("home.over-time")}
      series={SERIES}
      bars={bars(byFamily(counts.data.results), FAMILIES, span)}
      onRange={({ isBar, ...range }) => {
        if (!isBar) return onNarrow(range);
        void navigate({
          to: "/$tenant/executions",
          params: { tenant },
          search: {
            ...(namespace ? { "filters[namespace][PREFIX]": namespace } : {}),
            "filters[startDate][GREATER_THAN_OR_EQUAL_TO]": new Date(range.from).toISOString(),
            "filters[endDate][LESS_THAN_OR_EQUAL_TO]": new Date(range.until).toISOString(),
          },
        });
      }}
    />
  );
}
