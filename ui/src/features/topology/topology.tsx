/** A topology on a canvas, with a tree of the same tasks beside it for keys and screen readers. */

import {
  ChevronsDownUp,
  ChevronsUpDown,
  Download,
  Maximize,
  OctagonX,
  TriangleAlert,
  ZoomIn,
  ZoomOut,
} from "lucide-react";
import { type ReactNode, useEffect, useMemo, useRef } from "react";
import type { Topology } from "../../api/graphs";
import type { Item } from "../../engines/graph/layout";
import { GraphView } from "../../engines/graph/view";
import { t } from "../../i18n/text";
import { IconButton } from "../../kit/button";
import { classes } from "../../kit/classes";
import { familyOf, StateMark } from "../../kit/statemark";
import { type Branch, Tree } from "../../kit/tree";
import type { Mark } from "../source/parts";
import { asGraph, type Fate, type Told } from "./graph";

const NOTHING: ReadonlyMap<string, Fate> = new Map();
const NO_MARKS: ReadonlyMap<string, Mark> = new Map();
const STEP = 1.25;
/** Of larger ones the tree shows the groups, and what is in one when it is opened. */
const OPEN_MAX = 500;

interface Props {
  readonly name: string;
  readonly topology: Topology;
  /** What became of each task. */
  readonly known?: ReadonlyMap<string, Fate>;
  /** What is wrong, by the ids of tasks. */
  readonly marks?: ReadonlyMap<string, Mark>;
  /** In a panel it is as high as that, and the tree stands below the drawing. */
  readonly isInPanel?: boolean;
  /** The id of a task or trigger. */
  readonly selected: string | undefined;
  readonly onSelect: (task: string) => void;
  /** What is told of the selected one. */
  readonly children?: ReactNode;
}

export function TopologyView({
  name,
  topology,
  known = NOTHING,
  marks = NO_MARKS,
  isInPanel = false,
  selected,
  onSelect,
  children,
}: Props) {
  const told = useMemo(() => ({ fates: known, marks }), [known, marks]);
  const graph = useMemo(
    () =>
      asGraph(topology, told, {
        family: familyOf,
        count: (count) => t("topology.runs", { count }),
        problems: (count) => t("topology.problems", { count }),
        triggers: t("topology.triggers"),
      }),
    [topology, told],
  );
  const root = useRef<HTMLDivElement>(null);
  const view = useRef<GraphView>(null);
  const tell = useRef(onSelect);
  tell.current = onSelect;
  const names = useRef<ReadonlyMap<string, string>>(new Map());
  names.current = useMemo(() => new Map(graph.items.map((item) => [item.id, item.name])), [graph]);
  useEffect(() => {
    if (!root.current) return;
    const made = new GraphView(root.current, { onSelect: (id) => tell.current(names.current.get(id) ?? id) });
    view.current = made;
    return () => made.close();
  }, []);
  useEffect(() => view.current?.show(graph), [graph]);
  useEffect(() => {
    const item = graph.items.find((one) => one.kind === "box" && one.name === selected);
    view.current?.select(item?.id);
  }, [graph, selected]);
  return (
    <section
      aria-label={t("topology.title")}
      className={
        isInPanel
          ? "flex h-full min-h-0 flex-col"
          : "grid min-h-0 flex-1 grid-cols-[1fr_280px] border-border border-t max-narrow:grid-cols-1"
      }
    >
      <div
        className={isInPanel ? "relative min-h-40 flex-1" : "relative h-[calc(100dvh-200px)] min-h-72 max-narrow:h-96"}
      >
        <div ref={root} className="graph-view absolute inset-0" />
        <div
          role="toolbar"
          aria-label={t("topology.view")}
          className="absolute top-2 right-2 flex gap-1 rounded-control border border-border bg-bg"
        >
          <IconButton label={t("topology.in")} icon={<ZoomIn size={16} />} onClick={() => view.current?.zoom(STEP)} />
          <IconButton
            label={t("topology.out")}
            icon={<ZoomOut size={16} />}
            onClick={() => view.current?.zoom(1 / STEP)}
          />
          <IconButton
            label={t("topology.fit")}
            icon={<Maximize size={16} />}
            onClick={() => view.current?.frame(true)}
          />
          <IconButton
            label={t("topology.fold")}
            icon={<ChevronsDownUp size={16} />}
            onClick={() => view.current?.foldAll(true)}
          />
          <IconButton
            label={t("topology.unfold")}
            icon={<ChevronsUpDown size={16} />}
            onClick={() => view.current?.foldAll(false)}
          />
          <IconButton
            label={t("topology.picture")}
            icon={<Download size={16} />}
            onClick={() => view.current?.picture((picture) => picture && save(picture, `${name}.png`))}
          />
        </div>
      </div>
      <div
        className={
          isInPanel
            ? "max-h-1/3 shrink-0 overflow-auto border-border border-t"
            : "max-h-[calc(100dvh-200px)] overflow-auto border-border border-l max-narrow:border-t max-narrow:border-l-0"
        }
      >
        {children}
        <Tree label={t("topology.tasks")} branches={branches(graph.items, told, selected, onSelect)} />
      </div>
    </section>
  );
}

function branches(
  items: readonly Item[],
  { fates: known, marks }: Told,
  selected: string | undefined,
  onSelect: (task: string) => void,
): readonly Branch[] {
  const groups = new Set(items.filter(({ kind }) => kind === "group").map(({ id }) => id));
  // The box of a group's own task says nothing that the group does not.
  const isOwn = ({ id, parent }: Item) => parent === `cluster_${id}`;
  const children = new Map<string | undefined, Item[]>();
  for (const item of items) {
    if (item.kind === "point" || isOwn(item)) continue;
    const parent = item.parent !== undefined && groups.has(item.parent) ? item.parent : undefined;
    const known = children.get(parent);
    if (known) known.push(item);
    else children.set(parent, [item]);
  }
  const isOpenAtFirst = items.length <= OPEN_MAX;
  const below = (parent: string | undefined): readonly Branch[] =>
    (children.get(parent) ?? []).map((item) => {
      const fate = known.get(item.name);
      const mark = marks.get(item.name);
      return {
        id: item.id,
        isOpenAtFirst,
        isChosen: item.name === selected,
        onChoose: () => onSelect(item.name),
        row: (
          <button
            type="button"
            tabIndex={-1}
            aria-current={item.name === selected || undefined}
            onClick={(event) => {
              event.stopPropagation();
              onSelect(item.name);
            }}
            className={classes("flex min-w-0 flex-1 items-center gap-2", item.name === selected && "font-semibold")}
          >
            {mark ? <Wrong isError={mark.isError} /> : fate && <StateMark state={fate.state} isIconOnly />}
            <span className="truncate font-mono text-code">{item.name}</span>
            <span className="ml-auto truncate text-label text-muted">{item.note || item.detail}</span>
          </button>
        ),
        ...(item.kind === "group" ? { below: () => below(item.id) } : {}),
      };
    });
  return below(undefined);
}

function Wrong({ isError }: Pick<Mark, "isError">) {
  return isError ? (
    <OctagonX size={14} aria-hidden className="shrink-0 text-failed" />
  ) : (
    <TriangleAlert size={14} aria-hidden className="shrink-0 text-warning" />
  );
}

function save(picture: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(picture);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}
