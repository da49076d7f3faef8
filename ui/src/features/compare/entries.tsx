/** What differs between two executions: by name, what it was and what it is. */

import type { Changes, Entry } from "../../api/compare";
import type { Json } from "../../api/types";
import { t } from "../../i18n/text";

const WORDS_MAX = 300;

function words(value: Json): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > WORDS_MAX ? `${text.slice(0, WORDS_MAX)}…` : text;
}

export function Entries({ title, entries }: { readonly title: string; readonly entries: readonly Entry[] }) {
  if (entries.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3 className="font-semibold text-label">{title}</h3>
      <ul>
        {entries.map(({ name, kind, before, now }) => (
          <li key={name} className="flex min-h-7 flex-wrap items-baseline gap-x-2">
            <span className="font-mono text-code">{name}</span>
            {kind !== "ADDED" && <del className="break-all font-mono text-code text-muted">{words(before)}</del>}
            {kind === "CHANGED" && <span aria-hidden>→</span>}
            {kind !== "REMOVED" && <ins className="break-all font-mono text-code no-underline">{words(now)}</ins>}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Whether anything differs that somebody gave. */
export function isAnything({ revision, inputs, variables, labels }: Changes): boolean {
  return revision.changed || inputs.length + variables.length + labels.length > 0;
}

export function ChangeList({ changes }: { readonly changes: Changes }) {
  const { revision, inputs, variables, labels } = changes;
  if (!isAnything(changes)) return <p className="text-muted">{t("compare.same")}</p>;
  return (
    <div className="flex flex-col gap-2">
      {revision.changed && (
        <p>{t("compare.revision", { before: String(revision.before), now: String(revision.now) })}</p>
      )}
      <Entries title={t("execution.inputs")} entries={inputs} />
      <Entries title={t("execution.variables")} entries={variables} />
      <Entries title={t("compare.labels")} entries={labels} />
    </div>
  );
}
