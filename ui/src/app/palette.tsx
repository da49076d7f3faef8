/** The palette: any page, flow or execution by a few letters. What it finds comes from the server. */

import { useNavigate } from "@tanstack/react-router";
import {
  AlarmClock,
  ChartColumn,
  CornerDownLeft,
  FilePlus,
  Folders,
  KeyRound,
  Play,
  TableProperties,
  Workflow,
} from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type KeyboardEvent, useState } from "react";
import { t } from "../i18n/text";
import { classes } from "../kit/classes";
import { useFocusBack } from "../kit/dialog";
import { type Entry, useFound } from "./found";

function usePages(tenant: string, text: string): readonly Entry[] {
  const navigate = useNavigate();
  const pages = [
    {
      key: "home",
      icon: <ChartColumn size={16} />,
      name: t("home.title"),
      open: () => void navigate({ to: "/$tenant/dashboards", params: { tenant } }),
    },
    {
      key: "flows",
      icon: <Workflow size={16} />,
      name: t("flows.title"),
      open: () => void navigate({ to: "/$tenant/flows", params: { tenant } }),
    },
    {
      key: "executions",
      icon: <Play size={16} />,
      name: t("executions.title"),
      open: () => void navigate({ to: "/$tenant/executions", params: { tenant } }),
    },
    {
      key: "triggers",
      icon: <AlarmClock size={16} />,
      name: t("trigger.title"),
      open: () => void navigate({ to: "/$tenant/admin/triggers", params: { tenant } }),
    },
    {
      key: "namespaces",
      icon: <Folders size={16} />,
      name: t("namespaces.title"),
      open: () => void navigate({ to: "/$tenant/namespaces", params: { tenant } }),
    },
    {
      key: "kv",
      icon: <TableProperties size={16} />,
      name: t("kv.title"),
      open: () => void navigate({ to: "/$tenant/kv", params: { tenant } }),
    },
    {
      key: "secrets",
      icon: <KeyRound size={16} />,
      name: t("secret.title"),
      open: () => void navigate({ to: "/$tenant/secrets", params: { tenant } }),
    },
    {
      key: "new",
      icon: <FilePlus size={16} />,
      name: t("flows.new"),
      open: () => void navigate({ to: "/$tenant/flows/new", params: { tenant } }),
    },
  ];
  return pages.filter(({ name }) => name.toLowerCase().includes(text.trim().toLowerCase()));
}

interface Props {
  readonly tenant: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export function Palette({ tenant, isOpen, onClose }: Props) {
  const giveBack = useFocusBack(isOpen);
  return (
    <Radix.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-veil" />
        <Radix.Content
          aria-describedby={undefined}
          onCloseAutoFocus={giveBack}
          className="fixed top-[10vh] left-1/2 z-50 flex max-h-[70vh] w-[min(640px,calc(100vw-24px))] -translate-x-1/2 flex-col rounded-panel border border-border bg-bg shadow-over"
        >
          <Radix.Title className="sr-only">{t("palette.title")}</Radix.Title>
          <Choice tenant={tenant} onClose={onClose} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Choice({ tenant, onClose }: Omit<Props, "isOpen">) {
  const [text, setText] = useState("");
  const pages = usePages(tenant, text);
  const found = useFound(tenant, text);
  const entries = [...found.entries, ...pages];
  // What somebody went to stays chosen when answers that come later move it.
  const [chosen, setChosen] = useState<string | null>(null);
  const active = Math.max(
    0,
    entries.findIndex(({ key }) => key === chosen),
  );
  const choose = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    entry.open();
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setChosen(entries[(active + step + entries.length) % Math.max(1, entries.length)]?.key ?? null);
    } else if (event.key === "Enter") choose(entries[active]);
  };
  return (
    <>
      <input
        role="combobox"
        aria-expanded
        aria-controls="palette-list"
        aria-activedescendant={entries[active] ? `palette-${active}` : undefined}
        aria-label={t("palette.title")}
        placeholder={t("palette.placeholder")}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setChosen(null);
        }}
        onKeyDown={onKey}
        className="h-12 shrink-0 border-border border-b bg-transparent px-4 text-section outline-none"
      />
      <div id="palette-list" role="listbox" aria-label={t("palette.title")} className="min-h-0 overflow-auto py-1">
        {entries.map((entry, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the text, as a combobox wants it.
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are heard in the text.
          <div
            key={entry.key}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === active}
            onMouseMove={() => setChosen(entry.key)}
            onClick={() => choose(entry)}
            className={classes(
              "flex h-9 cursor-pointer items-center gap-3 px-4 touch:h-11",
              index === active && "bg-hover",
            )}
          >
            <span className="text-muted">{entry.icon}</span>
            <span className="min-w-0 flex-1 truncate">{entry.name}</span>
            {entry.aside}
            {index === active && <CornerDownLeft size={14} aria-hidden className="text-muted" />}
          </div>
        ))}
      </div>
      {entries.length === 0 && <p className="px-4 py-2 text-muted">{t("kit.nothing-matches")}</p>}
      {found.error !== null && found.error instanceof Error && (
        <p role="alert" className="border-border border-t px-4 py-2 text-failed">
          {found.error.message}
        </p>
      )}
    </>
  );
}
