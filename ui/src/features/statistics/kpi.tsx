/** One figure with what it means. The figure is a link to what it counts. */

import type { ReactNode } from "react";

export function Kpi({
  label,
  children,
  note,
}: {
  readonly label: string;
  readonly children: ReactNode;
  readonly note?: ReactNode;
}) {
  return (
    <section aria-label={label} className="min-w-0 rounded-panel border border-border px-4 py-3">
      <h2 className="text-label text-muted">{label}</h2>
      <div className="truncate font-semibold text-figure">{children}</div>
      <div className="min-h-4 text-label text-muted">{note}</div>
    </section>
  );
}
