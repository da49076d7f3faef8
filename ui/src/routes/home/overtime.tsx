/** Executions over time by state, with the median of how long they took. A bar leads to its list, a drag narrows the page. */

import { useNavigate } from "@tanstack/react-router";
import type { Home } from "../../api/home";
import type { State } from "../../api/types";
import type { Bar } from "../../engines/charts/bars";
import { between } from "../../features/filters/view";
import { BarChart } from "../../features/statistics/chart";
import { FAMILIES, type Span } from "../../features/statistics/figures";
import { STATE_SERIES } from "../../features/statistics/overtime";
import { duration } from "../../i18n/format";
import { t } from "../../i18n/text";
import { familyOf } from "../../kit/statemark";
import { type Asked, listOf } from "./asked";

/** The server's bars, stacked in the order of the families. */
export function stacked({ stepMs, bars }: Home["overTime"]): readonly Bar[] {
  return bars.map(({ at, counts }) => {
    let base = 0;
    const parts = FAMILIES.flatMap((series) => {
      const states = Object.entries(counts).filter(([state]) => familyOf(state as State) === series);
      const value = states.reduce((sum, [, number]) => sum + number, 0);
      if (value === 0) return [];
      base += value;
      return [{ series, value, base: base - value }];
    });
    const from = Date.parse(at);
    return { from, until: from + stepMs, total: base, parts };
  });
}

interface Props {
  readonly tenant: string;
  readonly asked: Asked;
  readonly overTime: Home["overTime"];
  readonly onNarrow: (span: Span) => void;
}

export function OverTime({ tenant, asked, overTime, onNarrow }: Props) {
  const navigate = useNavigate();
  return (
    <BarChart
      label={t("home.over-time")}
      series={STATE_SERIES}
      bars={stacked(overTime)}
      line={{ name: t("home.median"), values: overTime.bars.map(({ medianMs }) => medianMs), written: duration }}
      height={220}
      onRange={({ isBar, from, until }) => {
        if (!isBar) return onNarrow({ from, until });
        void navigate({
          to: "/$tenant/executions",
          params: { tenant },
          search: listOf(asked, between(from, until)),
        });
      }}
    />
  );
}
