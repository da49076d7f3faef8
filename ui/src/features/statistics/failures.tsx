/** Which flows failed how often, as bars with links. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FlowCount, failuresByFlow, type Scope } from "../../api/statistics";
import { t } from "../../i18n/text";
import { Failure, Skeleton } from "../../kit/page";
import type { Search } from "../filters/grammar";

interface BarsProps {
  readonly tenant: string;
  /** The most frequent first. */
  readonly rows: readonly FlowCount[];
  /** The filter of the range, as lists have it in their addresses. */
  readonly range: Search;
}

const SHOWN = 8;

interface Props extends Omit<BarsProps, "rows"> {
  readonly scope: Scope;
}

export function FailuresByFlow({ tenant, scope, range }: Props) {
  const found = useQuery(failuresByFlow(tenant, scope));
  if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  if (found.isPending) return <Skeleton awaited={t("home.failures")} rows={3} />;
  const rows = found.data.results.toSorted((one, other) => other.total - one.total);
  return <FailureBars tenant={tenant} rows={rows} range={range} />;
}

export function FailureBars({ tenant, rows, range }: BarsProps) {
  const most = rows[0]?.total ?? 1;
  if (rows.length === 0) return <p className="text-muted">{t("home.no-failures")}</p>;
  return (
    <ul className="flex flex-col gap-1">
      {rows.slice(0, SHOWN).map(({ namespace, flow, total }) => (
        <li key={`${namespace}.${flow}`}>
          <Link
            to="/$tenant/executions"
            params={{ tenant }}
            search={{
              ...range,
              "filters[namespace][EQUALS]": namespace,
              "filters[flowId][EQUALS]": flow,
              "filters[state][IN]": "FAILED",
            }}
            className="group relative flex min-h-7 items-center justify-between gap-3 px-2 touch:min-h-11"
          >
            <span
              aria-hidden
              className="absolute inset-y-0.5 left-0 rounded-control border-failed border-l-4 bg-hover"
              style={{ width: `${Math.max(2, (total / most) * 100)}%` }}
            />
            <span className="relative min-w-0 truncate group-hover:underline">
              <span className="text-muted">{namespace}.</span>
              {flow}
            </span>
            <span className="relative font-semibold">{total}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
