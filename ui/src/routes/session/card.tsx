/** The page around the forms for signing in and for the first account. */

import type { ReactNode } from "react";

export function SessionCard({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <main className="flex min-h-dvh items-start justify-center bg-surface px-3 pt-[14vh]">
      <div className="w-full max-w-90 rounded-panel border border-border bg-bg p-6">
        <div className="mb-4 flex items-center gap-2 text-muted">
          <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" className="fill-accent">
            <path d="M8 0l8 8-8 8-8-8z" />
          </svg>
          Kapelle
        </div>
        <h1 className="mb-4 font-semibold text-title">{title}</h1>
        {children}
      </div>
    </main>
  );
}
