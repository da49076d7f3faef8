/** The views of a list: some that everybody has, and those that people saved. The address is what a view keeps. */

import { useQuery } from "@tanstack/react-query";
import { Bookmark } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { type View, views } from "../../api/views";
import { t } from "../../i18n/text";
import { Button } from "../../kit/button";
import { Menu, MenuItem, MenuLabel, MenuLine } from "../../kit/menu";
import { parseSearch, printSearch, type Search } from "./grammar";
import type { OnSearch } from "./view";
import { ManageViews, SaveView } from "./viewsdialogs";

/** A filter that every list of its kind has. */
export interface Quick {
  readonly id: string;
  readonly name: string;
  readonly onChoose: () => void;
}

interface Props {
  readonly tenant: string;
  /** The list that the views belong to. */
  readonly page: string;
  readonly search: Search;
  readonly onSearch: OnSearch;
  readonly quick?: readonly Quick[];
}

/** What a view shows. Of its address only this part counts: servers move. */
export function searchOf({ address }: Pick<View, "address">): Search {
  const { page: _, ...search } = parseSearch(new URL(address, "http://server").search);
  return search;
}

function isSame(one: Search, other: Search): boolean {
  const { page: _, ...search } = one;
  return printSearch(search) === printSearch(other);
}

/** The own default view stands where the address says nothing when the list is opened. */
function useDefault(found: readonly View[] | undefined, search: Search, onSearch: OnSearch): void {
  const isOpen = useRef(Object.keys(search).length === 0);
  const isBare = Object.keys(search).length === 0;
  useEffect(() => {
    if (!found || !isOpen.current) return;
    isOpen.current = false;
    const own = found.find((view) => view.own && view.default);
    if (own && isBare) onSearch(searchOf(own), { replace: true });
  }, [found, isBare, onSearch]);
}

export function ViewsMenu({ tenant, page, search, onSearch, quick = [] }: Props) {
  const [open, setOpen] = useState<"save" | "manage" | null>(null);
  const found = useQuery(views(tenant, page));
  useDefault(found.data, search, onSearch);
  const all = found.data ?? [];
  const present = all.find((view) => isSame(search, searchOf(view)));
  return (
    <>
      <Menu
        trigger={
          <Button icon={<Bookmark size={14} />}>
            <span className="max-w-40 truncate">{present?.name ?? t("view.title")}</span>
          </Button>
        }
      >
        {quick.map(({ id, name, onChoose }) => (
          <MenuItem key={id} onChoose={onChoose}>
            {name}
          </MenuItem>
        ))}
        {quick.length > 0 && <MenuLine />}
        <MenuLabel>{t("view.saved")}</MenuLabel>
        {found.isError && <MenuLabel>{found.error.message}</MenuLabel>}
        {found.data && all.length === 0 && <MenuLabel>{t("view.none")}</MenuLabel>}
        {all.map((view) => (
          <MenuItem key={view.id} onChoose={() => onSearch(searchOf(view))}>
            {view.name}
            {!view.own && <span className="text-muted"> {t("view.of", { owner: view.owner })}</span>}
            {view.default && <span className="text-muted"> {t("view.default-mark")}</span>}
          </MenuItem>
        ))}
        <MenuLine />
        <MenuItem onChoose={() => setOpen("save")}>{t("view.save")}</MenuItem>
        {all.some((view) => view.own) && <MenuItem onChoose={() => setOpen("manage")}>{t("view.manage")}</MenuItem>}
      </Menu>
      {open === "save" && <SaveView tenant={tenant} page={page} known={all} onClose={() => setOpen(null)} />}
      {open === "manage" && (
        <ManageViews tenant={tenant} views={all.filter((view) => view.own)} onClose={() => setOpen(null)} />
      )}
    </>
  );
}
