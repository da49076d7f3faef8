/** The flow moved on while somebody wrote: what merges by itself is merged, the rest is chosen here. Nothing is lost. */

import { useMemo, useState } from "react";
import type { Flow } from "../../api/types";
import { t } from "../../i18n/text";
import { Banner } from "../../kit/banner";
import { Button } from "../../kit/button";
import { RadioGroup } from "../../kit/choices";
import { SourceDiff } from "./diff";
import { type Choice, type Clash, clashes, merge, merged } from "./merge";

interface Props {
  readonly base: string;
  readonly mine: string;
  readonly theirs: Flow;
  readonly isBusy: boolean;
  readonly onSave: (text: string) => void;
  /** Goes on writing with the merged text, on top of theirs. */
  readonly onEdit: (text: string) => void;
  readonly onTakeTheirs: () => void;
}

export function MergePanel({ base, mine, theirs, isBusy, onSave, onEdit, onTakeTheirs }: Props) {
  const source = theirs.source ?? "";
  const chunks = useMemo(() => merge(base, mine, source), [base, mine, source]);
  const open = clashes(chunks);
  const [choices, setChoices] = useState<readonly (Choice | undefined)[]>([]);
  const text = merged(chunks, choices);
  const left = open.filter((_, index) => choices[index] === undefined).length;
  const alone = chunks.filter(({ kind }) => kind === "mine" || kind === "theirs" || kind === "both").length;
  const choose = (at: number, choice: Choice) =>
    setChoices(open.map((_, index) => (index === at ? choice : choices[index])));
  return (
    <section aria-label={t("merge.title")} className="flex min-h-0 flex-1 flex-col overflow-auto">
      <Banner kind="warning">
        {t("merge.changed", { revision: String(theirs.revision) })} {t("merge.counts", { alone, open: open.length })}
      </Banner>
      {open.map((clash, index) => (
        <Choose
          // biome-ignore lint/suspicious/noArrayIndexKey: clashes keep their order.
          key={index}
          clash={clash}
          choice={choices[index]}
          onChoose={(choice) => choose(index, choice)}
        />
      ))}
      <h3 className="px-4 pt-3 pb-1 font-semibold">{t("merge.result")}</h3>
      <SourceDiff label={t("merge.result")} before={source} after={text} />
      <footer className="sticky bottom-0 flex flex-wrap items-center gap-2 border-border border-t bg-bg px-4 py-2">
        <Button look="primary" disabled={left > 0} isBusy={isBusy} onClick={() => onSave(text)}>
          {t("merge.save", { revision: String(theirs.revision + 1) })}
        </Button>
        <Button onClick={() => onEdit(text)}>{t("merge.edit")}</Button>
        <Button onClick={onTakeTheirs}>{t("edit.take-theirs")}</Button>
        {left > 0 && <span className="text-muted">{t("merge.left", { count: left })}</span>}
      </footer>
    </section>
  );
}

interface ChooseProps {
  readonly clash: Clash;
  readonly choice: Choice | undefined;
  readonly onChoose: (choice: Choice) => void;
}

function Choose({ clash, choice, onChoose }: ChooseProps) {
  const part = (title: string, lines: readonly string[]) => (
    <div className="min-w-0">
      <h4 className="text-label text-muted">{title}</h4>
      <pre className="min-h-8 overflow-x-auto rounded-control bg-surface p-2 font-mono text-code">
        {lines.length > 0 ? lines.join("\n") : t("merge.nothing")}
      </pre>
    </div>
  );
  return (
    <section
      aria-label={t("merge.place", { line: String(clash.line) })}
      className="flex flex-col gap-2 border-border border-b px-4 py-3"
    >
      <h3 className="font-semibold">{t("merge.place", { line: String(clash.line) })}</h3>
      <div className="grid grid-cols-3 gap-3 max-narrow:grid-cols-1">
        {part(t("merge.base"), clash.base)}
        {part(t("merge.theirs"), clash.theirs)}
        {part(t("merge.mine"), clash.mine)}
      </div>
      <RadioGroup
        label={t("merge.take")}
        value={choice ?? ""}
        onChange={(value) => onChoose(value as Choice)}
        options={[
          { value: "theirs", label: t("merge.theirs") },
          { value: "mine", label: t("merge.mine") },
          { value: "both", label: t("merge.both") },
        ]}
      />
    </section>
  );
}
