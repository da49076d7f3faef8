/** The palette: any page, flow or execution by a few letters. What it finds comes from the server. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { CornerDownLeft, FilePlus, Play, Workflow } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type KeyboardEvent, type ReactNode, useDeferredValue, useState } from "react";
import { executionList } from "../api/executions";
import { flowList } from "../api/flows";
import { t } from "../i18n/text";
import { classes } from "../kit/classes";
import { StateMark } from "../kit/statemark";

interface Entry {
  readonly key: string;
  readonly icon: ReactNode;
  readonly name: string;
  readonly aside?: ReactNode;
  readonly open: () => void;
}

const FOUND_MAX = "8";

/** Flows by their names; an execution once its id is whole. */
function useFound(tenant: string, text: string): { readonly entries: readonly Entry[]; readonly error: unknown } {
  const navigate = useNavigate();
  const wanted = useDeferredValue(text.trim());
  const flows = useQuery({
    ...flowList(tenant, [
      ["filters[q][EQUALS]", wanted],
      ["size", FOUND_MAX],
    ]),
    enabled: wanted !== "",
    placeholderData: keepPreviousData,
  });
  const executions = useQuery({
    ...executionList(tenant, [
      ["filters[q][EQUALS]", wanted],
      ["size", FOUND_MAX],
    ]),
    enabled: wanted.length > 2,
  });
  if (wanted === "") return { entries: [], error: null };
  const ofFlows = (flows.data?.results ?? []).map(({ namespace, id }) => ({
    key: `flow ${namespace} ${id}`,
    icon: <Workflow size={16} />,
    name: `${namespace}.${id}`,
    open: () =>
      void navigate({
        to: "/$tenant/flows/edit/$namespace/$id/$tab",
        params: { tenant, namespace, id, tab: "overview" },
      }),
  }));
  const ofExecutions = (wanted.length > 2 ? (executions.data?.results ?? []) : []).map((found) => ({
    key: `execution ${found.id}`,
    icon: <Play size={16} />,
    name: found.id,
    aside: (
      <>
        <span className="truncate text-muted max-narrow:hidden">{found.flowId}</span>
        <StateMark state={found.state.current} />
      </>
    ),
    open: () =>
      void navigate({
        to: "/$tenant/executions/$namespace/$flowId/$id/$tab",
        params: { tenant, namespace: found.namespace, flowId: found.flowId, id: found.id, tab: "overview" },
      }),
  }));
  return { entries: [...ofFlows, ...ofExecutions], error: flows.error ?? executions.error };
}

function usePages(tenant: string, text: string): readonly Entry[] {
  const navigate = useNavigate();
  const pages = [
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
  return (
    <Radix.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-veil" />
        <Radix.Content
          aria-describedby={undefined}
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
  const [active, setActive] = useState(0);
  const pages = usePages(tenant, text);
  const found = useFound(tenant, text);
  const entries = [...found.entries, ...pages];
  const choose = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    entry.open();
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setActive((active + step + entries.length) % Math.max(1, entries.length));
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
          setActive(0);
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
            onMouseMove={() => setActive(index)}
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
        {entries.length === 0 && <p className="px-4 py-2 text-muted">{t("kit.nothing-matches")}</p>}
      </div>
      {found.error !== null && found.error instanceof Error && (
        <p role="alert" className="border-border border-t px-4 py-2 text-failed">
          {found.error.message}
        </p>
      )}
    </>
  );
}
