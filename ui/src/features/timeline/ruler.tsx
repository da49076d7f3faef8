/** The round moments above the bars. */

import { useMemo } from "react";
import { marks, type Stretch, share } from "../../engines/timeline/axis";
import { axisMoment, defaultForm, duration } from "../../i18n/format";
import { t } from "../../i18n/text";
import { classes } from "../../kit/classes";
import { COLUMNS } from "./columns";

interface Props {
  readonly view: Stretch;
  readonly origin: number;
  readonly most: number;
  readonly isClock: boolean;
}

export function Ruler({ view, origin, most, isClock }: Props) {
  const form = useMemo(defaultForm, []);
  const { step, moments } = marks(view, origin, most);
  return (
    <div
      aria-hidden
      className={classes(COLUMNS, "h-8 shrink-0 items-center border-border border-y text-label text-muted")}
    >
      <span>{t("gantt.task")}</span>
      <span className="relative h-4 overflow-hidden">
        {moments.map((moment) => (
          <span
            key={moment}
            className="absolute whitespace-nowrap border-border border-l pl-1"
            style={{ left: `${share(view, moment) * 100}%` }}
          >
            {isClock ? axisMoment(moment, step, form) : duration(moment - origin)}
          </span>
        ))}
      </span>
      <span className="text-right max-narrow:hidden">{t("executions.duration")}</span>
    </div>
  );
}
