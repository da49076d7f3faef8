/** The text of a flow, and beside it the topology that it makes: the cursor is at the task that is chosen, and the other way. */

import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { diagnostics } from "../../api/flows";
import type { Diagnostic } from "../../api/types";
import { CheckedEditor, useRested } from "../../features/source/checkededitor";
import { marksOf, partAt, parts } from "../../features/source/parts";
import { placeOf, type Spot } from "../../features/source/places";
import { LiveTopology } from "../../features/topology/livetopology";
import { type TextKey, t } from "../../i18n/text";
import { useNarrow } from "../../kit/narrow";
import { SplitPane } from "../../kit/splitpane";
import { opened, PANELS, type Panel, panelsOf, pressed, writtenPanels } from "./panels";

interface Props {
  readonly tenant: string;
  readonly label: string;
  /** The name of the flow, for the file of its picture. */
  readonly name: string;
  readonly text: string;
  readonly onChange: (text: string) => void;
  /** Ctrl+S. */
  readonly onSave: () => void;
  /** An execution whose values stand beside the names that are offered. */
  readonly executionId?: string | undefined;
}

export function Workbench({ tenant, label, name, text, onChange, onSave, executionId }: Props) {
  const search: { readonly panels?: unknown } = useSearch({ strict: false });
  const navigate = useNavigate();
  const isNarrow = useNarrow();
  const panels = panelsOf(search.panels);
  const [target, setTarget] = useState<Spot | null>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const shown = isNarrow ? panels.slice(0, 1) : panels;
  const open = (next: readonly Panel[]) =>
    void navigate({ to: ".", search: { ...search, panels: writtenPanels(next) }, replace: true });
  const go = (task: string) => {
    const part = parts(text).find(({ id }) => id === task);
    if (!part) return;
    setTarget(placeOf(text, part.at));
    const next = opened(panels, "code", isNarrow);
    if (next !== panels) open(next);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the key is of all that stands here.
    <div
      className="flex h-full min-h-0 flex-col"
      onKeyDown={(event) => {
        if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
        event.preventDefault();
        onSave();
      }}
    >
      <div role="toolbar" aria-label={t("edit.panels")} className="flex gap-1 border-border border-b px-4 py-1">
        {PANELS.map((panel) => (
          <button
            key={panel}
            type="button"
            aria-pressed={shown.includes(panel)}
            onClick={() => {
              setTarget(null);
              open(pressed(panels, panel, isNarrow));
            }}
            className="h-7 rounded-control px-2 text-muted hover:bg-hover aria-pressed:bg-accent-soft aria-pressed:font-semibold aria-pressed:text-text touch:h-11"
          >
            {t(`edit.panel.${panel}` satisfies TextKey)}
          </button>
        ))}
      </div>
      <div className="min-h-0 flex-1">
        <SplitPane
          share={58}
          alone={shown.length > 1 ? undefined : shown[0] === "code" ? "first" : "second"}
          first={
            <CheckedEditor
              tenant={tenant}
              label={label}
              text={text}
              onChange={onChange}
              executionId={executionId}
              // A panel that is not there yet cannot take the focus.
              target={shown.includes("code") ? target : null}
              onGo={setTarget}
              onCursor={setCursor}
            />
          }
          second={
            shown.includes("topology") && (
              <Beside tenant={tenant} name={name} text={text} cursor={cursor} onSelect={go} />
            )
          }
        />
      </div>
    </div>
  );
}

interface BesideProps {
  readonly tenant: string;
  readonly name: string;
  readonly text: string;
  readonly cursor: number | null;
  readonly onSelect: (task: string) => void;
}

const NONE: readonly Diagnostic[] = [];

function Beside({ tenant, name, text, cursor, onSelect }: BesideProps) {
  const rested = useRested(text);
  const problems = useQuery({ ...diagnostics(tenant, rested), enabled: rested.trim() !== "" }).data ?? NONE;
  const known = useMemo(() => parts(rested), [rested]);
  const marks = useMemo(() => marksOf(rested, known, problems), [rested, known, problems]);
  const selected = cursor === null ? undefined : partAt(known, cursor)?.id;
  return (
    <LiveTopology tenant={tenant} name={name} source={rested} marks={marks} selected={selected} onSelect={onSelect} />
  );
}
