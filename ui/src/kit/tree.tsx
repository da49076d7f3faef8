/** A tree with the keys of the platform: arrows open, close and move; branches are made only when they are opened. */

import { ChevronRight } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useState } from "react";
import { classes } from "./classes";

export interface Branch {
  readonly id: string;
  readonly row: ReactNode;
  /** Makes the branches below, when they are wanted. A leaf has none. */
  readonly below?: () => readonly Branch[];
  readonly isOpenAtFirst?: boolean;
  /** Enter does this; without it, Enter opens and closes. */
  readonly onChoose?: () => void;
  readonly isChosen?: boolean;
}

export function Tree({ label, branches }: { readonly label: string; readonly branches: readonly Branch[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the pattern of trees is made of lists.
    <ul role="tree" aria-label={label} onKeyDown={onKey} className="py-1">
      {branches.map((branch, index) => (
        <Node key={branch.id} branch={branch} depth={0} isFirst={index === 0} />
      ))}
    </ul>
  );
}

function Node({
  branch,
  depth,
  isFirst,
}: {
  readonly branch: Branch;
  readonly depth: number;
  readonly isFirst: boolean;
}) {
  const [isOpen, setOpen] = useState(branch.isOpenAtFirst ?? false);
  const hasBelow = branch.below !== undefined;
  return (
    <li
      role="treeitem"
      tabIndex={isFirst && depth === 0 ? 0 : -1}
      aria-level={depth + 1}
      aria-expanded={hasBelow ? isOpen : undefined}
      aria-selected={branch.isChosen ?? false}
      data-toggle={hasBelow ? "" : undefined}
      onClick={(event) => {
        event.stopPropagation();
        if (hasBelow) setOpen(!isOpen);
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" && event.target === event.currentTarget && branch.onChoose) {
          event.stopPropagation();
          event.preventDefault();
          return branch.onChoose();
        }
        const wanted = { ArrowRight: true, ArrowLeft: false, Enter: !isOpen }[event.key];
        if (event.target !== event.currentTarget || !hasBelow || wanted === undefined || wanted === isOpen) return;
        event.stopPropagation();
        event.preventDefault();
        setOpen(wanted);
      }}
      className="-outline-offset-2"
    >
      <div
        className={classes(
          "flex min-h-7 items-center gap-1 pr-2 hover:bg-hover touch:min-h-11",
          hasBelow && "cursor-pointer",
        )}
        style={{ paddingInlineStart: 8 + depth * 16 }}
      >
        <ChevronRight
          size={14}
          aria-hidden
          className={classes("shrink-0", isOpen && "rotate-90", !hasBelow && "invisible")}
        />
        {branch.row}
      </div>
      {isOpen && branch.below && (
        // biome-ignore lint/a11y/useSemanticElements: the pattern of trees wants a group in the list.
        <ul role="group">
          {branch.below().map((child) => (
            <Node key={child.id} branch={child} depth={depth + 1} isFirst={false} />
          ))}
        </ul>
      )}
    </li>
  );
}

function onKey(event: KeyboardEvent<HTMLUListElement>): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=treeitem]")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const here = items[at];
  if (!here) return;
  let target: HTMLElement | null | undefined;
  if (event.key === "ArrowDown") target = items[at + 1];
  if (event.key === "ArrowUp") target = items[at - 1];
  if (event.key === "Home") target = items[0];
  if (event.key === "End") target = items.at(-1);
  if (event.key === "ArrowRight" && here.getAttribute("aria-expanded") === "true") target = items[at + 1];
  if (event.key === "ArrowLeft") target = here.parentElement?.closest<HTMLElement>("[role=treeitem]");
  if (!target) return;
  event.preventDefault();
  target.focus();
}
