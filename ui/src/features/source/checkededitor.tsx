/** The source of a flow with what the server finds in it while it is written. Warnings never keep anybody from saving. */

import { useQuery } from "@tanstack/react-query";
import { CircleCheck, Info, OctagonX, TriangleAlert } from "lucide-react";
import { useEffect, useState } from "react";
import { diagnostics } from "../../api/flows";
import { type Hint, hints } from "../../api/language";
import type { Diagnostic } from "../../api/types";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { SourceEditor } from "./editor";
import { edited, type Spot } from "./places";
import { RenameDialog } from "./rename";

/** After the last key. */
const REST_MS = 150;

/** The text since it rested. What is asked of the server is asked of this one. */
export function useRested(text: string): string {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), REST_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}

interface Props {
  readonly tenant: string;
  readonly label: string;
  readonly text: string;
  readonly onChange: (text: string) => void;
  /** An execution whose values stand beside the names that are offered. */
  readonly executionId?: string | undefined;
  /** Where to go; a new object each time somebody wants to go there. */
  readonly target: Spot | null;
  readonly onGo: (target: Spot) => void;
  readonly onCursor: (offset: number) => void;
}

const NO_HINTS: readonly Hint[] = [];

export function CheckedEditor({ tenant, label, text, onChange, executionId, target, onGo, onCursor }: Props) {
  const rested = useRested(text);
  const check = useQuery({
    ...diagnostics(tenant, rested),
    enabled: rested.trim() !== "",
    placeholderData: (known) => known,
  });
  const beside = useQuery({
    queryKey: [tenant, "hints", rested],
    queryFn: ({ signal }) => hints(tenant, rested, signal),
    placeholderData: (known) => known,
    gcTime: 60_000,
  });
  const [renamed, setRenamed] = useState<Spot | null>(null);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="min-h-0 flex-1">
        <SourceEditor
          label={label}
          text={text}
          onChange={onChange}
          target={target}
          onCursor={onCursor}
          problems={check.data ?? NONE}
          hints={beside.data ?? NO_HINTS}
          help={{ tenant, executionId, onRename: setRenamed }}
        />
      </div>
      {renamed && (
        <RenameDialog tenant={tenant} text={text} place={renamed} onClose={() => setRenamed(null)} onDone={onChange} />
      )}
      <section
        aria-label={t("edit.problems")}
        aria-live="polite"
        className="max-h-40 shrink-0 overflow-auto border-border border-t px-4 py-1.5"
      >
        {check.isError && <p className="text-failed">{check.error.message}</p>}
        {beside.data === null && <p className="text-muted">{t("edit.no-help")}</p>}
        {check.isPending && <p className="text-muted">{t("edit.checking")}</p>}
        {check.data?.length === 0 && (
          <p className="flex items-center gap-2">
            <CircleCheck size={16} aria-hidden className="text-success" />
            {t("edit.no-problems")}
          </p>
        )}
        {check.data?.map((problem) => (
          <Found
            key={JSON.stringify(problem)}
            problem={problem}
            onGo={onGo}
            // A fix is about the text that was checked, and no other.
            onFix={text === rested && !check.isPlaceholderData ? (edits) => onChange(edited(text, edits)) : undefined}
          />
        ))}
      </section>
    </div>
  );
}

const NONE: readonly Diagnostic[] = [];

const ICONS = {
  error: <OctagonX size={16} aria-hidden className="mt-0.5 shrink-0 text-failed" />,
  warning: <TriangleAlert size={16} aria-hidden className="mt-0.5 shrink-0 text-warning" />,
  info: <Info size={16} aria-hidden className="mt-0.5 shrink-0 text-accent" />,
} as const;

interface FoundProps {
  readonly problem: Diagnostic;
  readonly onGo: (target: Spot) => void;
  readonly onFix: ((edits: NonNullable<Diagnostic["fix"]>["edits"]) => void) | undefined;
}

function Found({ problem: { severity, message, help, range, fix }, onGo, onFix }: FoundProps) {
  return (
    <div className="flex items-start gap-2 py-0.5 max-narrow:flex-wrap">
      {ICONS[severity]}
      {range && (
        <button
          type="button"
          aria-label={t("edit.go", { line: String(range.start.line), column: String(range.start.column) })}
          onClick={() => onGo({ ...range.start })}
          className="min-h-6 shrink-0 font-mono text-accent text-code hover:underline"
        >
          {range.start.line}:{range.start.column}
        </button>
      )}
      <p className="min-w-0 flex-1 break-words py-0.5 max-narrow:min-w-60">
        {message}
        {help && <span className="text-muted"> {help}</span>}
      </p>
      {fix && onFix && (
        <Button className="h-6! px-2 text-label" onClick={() => onFix(fix.edits)}>
          {fix.title}
        </Button>
      )}
    </div>
  );
}
