/** Executions over time by state. A bar leads to the executions that it counts; a drag narrows the range of the page. */

import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { executionsOverTime, type Filter } from "../../api/statistics";
import { bars } from "../../engines/charts/bars";
import { t } from "../../i18n/text";
import { Failure, Skeleton } from "../../kit/page";
import { between } from "../filters/view";
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
  /** What a click on one bar does; else it leads to the list of its executions. */
  readonly onBar?: (span: Span) => void;
  readonly label?: string;
  readonly height?: number;
  readonly filters?: readonly Filter[];
}

/** The families of states, from the bottom of a bar to its top. */
export const STATE_SERIES = FAMILIES.map((id) => ({ id, name: t(`family.${id}`), colour: `var(--state-${id})` }));

export function ExecutionsOverTime(props: Props) {
  const { tenant, span, last, namespace, onNarrow, onBar, label = t("home.over-time"), height, filters } = props;
  const navigate = useNavigate();
  const scope = scopeOf(last, span, namespace, filters);
  const counts = useQuery({ ...executionsOverTime(tenant, scope), refetchInterval: useAskAgain(true) });
  if (counts.isError) return <Failure error={counts.error} onRetry={() => void counts.refetch()} />;
  if (counts.isPending) return <Skeleton awaited={label} rows={3} />;
  return (
    <BarChart
      label={label}
      {...(height === undefined ? {} : { height })}
      series={STATE_SERIES}
      bars={bars(byFamily(counts.data.results), FAMILIES, span)}
      onRange={({ isBar, ...range }) => {
        if (!isBar) return onNarrow(range);
        if (onBar) return onBar(range);
        void navigate({
          to: "/$tenant/executions",
          params: { tenant },
          search: {
            ...(namespace ? { "filters[namespace][PREFIX]": namespace } : {}),
            ...between(range.from, range.until),
          },
        });
      }}
    />
  );
}
