/** The last week of a trigger as a strip: what started something is full, what did not is hatched. Words stand below it. */

import type { Ticks } from "../../api/triggers";
import { t } from "../../i18n/text";

const WEEK = 7 * 86_400_000;

export function TickStrip({ ticks, now }: { readonly ticks: Ticks; readonly now: number }) {
  const place = (iso: string) => Math.min(100, Math.max(0, ((Date.parse(iso) - now + WEEK) / WEEK) * 100));
  if (!ticks.fired && ticks.skipped.length === 0) return null;
  return (
    <div
      role="img"
      aria-label={t("trigger.strip", { count: ticks.skipped.reduce((sum, { count }) => sum + count, 0) })}
      className="relative mb-2 h-6 rounded-control border border-border bg-surface"
    >
      {ticks.skipped.map(({ from, until, words }) => (
        <span
          key={`${from} ${words}`}
          title={words}
          className="bar-waited absolute inset-y-0 min-w-1 text-warning"
          style={{ left: `${place(from)}%`, width: `${place(until) - place(from)}%` }}
        />
      ))}
      {ticks.fired && (
        <span
          className="absolute inset-y-0 w-1 bg-success"
          style={{ left: `min(${place(ticks.fired)}%, 100% - 4px)` }}
        />
      )}
    </div>
  );
}
