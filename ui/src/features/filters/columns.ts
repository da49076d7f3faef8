/** Which columns of a list are shown. What is chosen stands in the address, and is remembered for addresses that say nothing. */

import { prefer, usePreferences } from "../../app/preferences";
import type { Column } from "../../kit/table";
import type { Search } from "./grammar";
import { hiddenColumns, type OnSearch, withColumns } from "./view";

interface Shown {
  readonly hidden: readonly string[];
  readonly choose: (hidden: readonly string[]) => void;
  /** Shows something else with the same columns. */
  readonly onSearch: OnSearch;
}

export function useColumns<Row>(
  list: string,
  columns: readonly Column<Row>[],
  search: Search,
  onSearch: OnSearch,
): Shown {
  const { hidden: kept } = usePreferences();
  const all = columns.filter(({ isFixed }) => !isFixed).map(({ id }) => id);
  const hidden = hiddenColumns(search, all, kept[list] ?? []);
  return {
    hidden,
    choose: (next) => {
      prefer({ hidden: { ...kept, [list]: next } });
      onSearch(withColumns(search, all, next), { replace: true });
    },
    onSearch: (next, how) => onSearch("cols" in next ? next : withColumns(next, all, hidden), how),
  };
}
