/** What every page is made of: its head, and what stands there when there is nothing to show yet, or nothing at all. */

import { OctagonX, RefreshCw } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { asMarkdown, Problem } from "../api/errors";
import { t } from "../i18n/text";
import { Button } from "./button";
import { CopyButton } from "./codeblock";

interface HeadProps {
  readonly title: ReactNode;
  /** For the name of the tab of the browser. */
  readonly name: string;
  readonly aside?: ReactNode;
  readonly actions?: ReactNode;
}

export function PageHead({ title, name, aside, actions }: HeadProps) {
  useEffect(() => {
    document.title = `${name} · Kapelle`;
  }, [name]);
  return (
    <header className="flex min-h-14 flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3 max-narrow:px-3">
      <h1 className="min-w-0 break-words font-semibold text-title">{title}</h1>
      {aside}
      <div className="ml-auto flex flex-wrap items-center gap-2">{actions}</div>
    </header>
  );
}

interface EmptyProps {
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}

/** An empty page teaches: what this is, an example, one button. */
export function EmptyState({ title, children, actions }: EmptyProps) {
  return (
    <div className="mx-auto flex max-w-140 flex-col items-start gap-3 px-4 py-12">
      <h2 className="font-semibold text-section">{title}</h2>
      {children && <div className="w-full text-muted">{children}</div>}
      {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
    </div>
  );
}

const QUIET_MS = 150;
const SLOW_MS = 3_000;

/** Rows in the final layout. Nothing for a moment: what comes at once must not flash. After three seconds it says what it waits for. */
export function Skeleton({ rows = 8, awaited }: { readonly rows?: number; readonly awaited: string }) {
  const [phase, setPhase] = useState<"quiet" | "shown" | "slow">("quiet");
  useEffect(() => {
    const timers = [setTimeout(() => setPhase("shown"), QUIET_MS), setTimeout(() => setPhase("slow"), SLOW_MS)];
    return () => timers.forEach(clearTimeout);
  }, []);
  if (phase === "quiet") return null;
  return (
    <div aria-busy="true" className="px-4">
      <p role="status" className={phase === "slow" ? "py-2 text-muted" : "sr-only"}>
        {t("kit.waiting-for", { what: awaited })}
      </p>
      {Array.from({ length: rows }, (_, row) => row).map((row) => (
        <div key={row} className="flex h-8 items-center">
          <div className="h-3 animate-pulse rounded-control bg-hover" style={{ width: `${45 + ((row * 29) % 50)}%` }} />
        </div>
      ))}
    </div>
  );
}

interface FailureProps {
  readonly error: unknown;
  readonly onRetry?: () => void;
}

/** What went wrong, in the server's words, with a way out. */
export function Failure({ error, onRetry }: FailureProps) {
  const violations = error instanceof Problem ? error.violations : [];
  const message = error instanceof Error ? error.message : String(error);
  return (
    <section role="alert" className="m-4 flex max-w-200 flex-col gap-2 rounded-panel border border-failed p-4">
      <p className="flex items-start gap-2 font-semibold">
        <OctagonX size={16} aria-hidden className="mt-0.5 shrink-0 text-failed" />
        <span className="min-w-0 whitespace-pre-wrap break-words">{message}</span>
      </p>
      {violations
        .filter((violation) => !message.includes(violation.message))
        .map((violation) => (
          <p key={`${violation.path} ${violation.message}`}>
            {violation.path && <code className="font-mono text-code">{violation.path}: </code>}
            {violation.message}
          </p>
        ))}
      {error instanceof Problem && error.request && <p className="text-label text-muted">{error.request}</p>}
      <div className="flex gap-2">
        {onRetry && (
          <Button icon={<RefreshCw size={14} />} onClick={onRetry}>
            {t("kit.retry")}
          </Button>
        )}
        <CopyButton text={() => asMarkdown(error)} label={t("kit.copy-markdown")} />
      </div>
    </section>
  );
}
