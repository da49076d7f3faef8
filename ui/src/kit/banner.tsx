/** A quiet bar over a page: something to know, with something to do. */

import { Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

interface Props {
  readonly kind?: "note" | "warning";
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}

export function Banner({ kind = "note", children, actions }: Props) {
  const Icon = kind === "warning" ? TriangleAlert : Info;
  return (
    <div role="status" className="flex flex-wrap items-center gap-2 border-border border-b bg-surface px-4 py-2">
      <Icon size={16} aria-hidden className={kind === "warning" ? "shrink-0 text-warning" : "shrink-0 text-accent"} />
      <span className="min-w-0 flex-1 break-words">{children}</span>
      {actions}
    </div>
  );
}
