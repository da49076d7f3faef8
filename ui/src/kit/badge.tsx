/** Small words beside others: labels, counts, marks. */

import type { ReactNode } from "react";

export function Badge({ children, title }: { readonly children: ReactNode; readonly title?: string }) {
  return (
    <span
      title={title}
      className="inline-flex h-5 max-w-60 items-center truncate rounded-control border border-border bg-surface px-1.5 text-label"
    >
      {children}
    </span>
  );
}
