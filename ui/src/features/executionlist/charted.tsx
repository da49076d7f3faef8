/** The executions of a list over time, above it. A drag over the bars narrows the range of the list, and so does a click. */

import { topics } from "../../api/events/protocol";
import type { Filter } from "../../api/statistics";
import { t } from "../../i18n/text";
import type { DateRange } from "../../kit/daterange";
import type { Clause, Search } from "../filters/grammar";
import { between, filtersOf, type OnSearch, rangeOf, withRange } from "../filters/view";
import { STATISTICS_MS, useTopic } from "../live/live";
import { type Span, spanOf } from "../statistics/figures";
import { ExecutionsOverTime } from "../statistics/overtime";

/** Fields that charts know, and the operations of them that have no list of values. */
const TEXTS = ["EQUALS", "NOT_EQUALS", "STARTS_WITH", "ENDS_WITH", "CONTAINS", "PREFIX", "REGEX"];
const LISTS = ["IN", "NOT_IN"];

function charted({ field, operation, key, value, group }: Clause): Filter | null {
  if (group) return null;
  if (field === "labels") {
    return operation === "EQUALS" && key !== undefined ? { field, operation, value: { [key]: value } } : null;
  }
  if (!["namespace", "flowId", "state"].includes(field)) return null;
  if (LISTS.includes(operation)) return { field, operation, value: value.replace(/^\[|\]$/g, "").split(",") };
  return TEXTS.includes(operation) ? { field, operation, value } : null;
}

/** The same filters for a chart; `null` if a chart cannot say them, and would show something else than the list. */
export function chartedFilters(clauses: readonly Clause[]): readonly Filter[] | null {
  const filters = clauses.map(charted);
  return filters.every((filter) => filter !== null) ? filters : null;
}

/** A list of all times has a chart of the last day: there is none of for ever. */
const DAY: DateRange = { kind: "last", duration: "PT24H" };

interface Props {
  readonly tenant: string;
  readonly search: Search;
  readonly onSearch: OnSearch;
  /** Filters of the page, which are not in the address. */
  readonly fixed: readonly Clause[];
}

export function ChartOfList({ tenant, search, onSearch, fixed }: Props) {
  useTopic(tenant, topics.executions, [tenant, "executions", "statistics", "executions"], STATISTICS_MS);
  const filters = chartedFilters([...fixed, ...filtersOf(search)]);
  if (filters === null) return null;
  const asked = rangeOf(search);
  const range = asked.kind === "always" ? DAY : asked;
  const narrow = ({ from, until }: Span) => onSearch(withRange(search, rangeOf(between(from, until))));
  return (
    <div className="px-4 pb-2 max-narrow:px-3">
      <ExecutionsOverTime
        tenant={tenant}
        label={t(asked.kind === "always" ? "executions.chart-day" : "home.over-time")}
        span={spanOf(range, Date.now())}
        last={range.kind === "last" ? range.duration : null}
        namespace={undefined}
        filters={filters}
        height={96}
        onNarrow={narrow}
        onBar={narrow}
      />
    </div>
  );
}
