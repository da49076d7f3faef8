/** A part of the page with its heading, and the rows of its list. */

import type { ReactNode } from "react";

export function Panel({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section aria-label={title} className="min-w-0">
      <h2 className="mb-1 flex min-h-8 items-center font-semibold text-section">{title}</h2>
      {children}
    </section>
  );
}

export const ROW = "flex min-h-8 items-center gap-3 border-border border-t touch:min-h-11";
