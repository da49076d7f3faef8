/** What can be done to the executions that are selected: those of this page, or all that the filter finds. */

import { MoreVertical } from "lucide-react";
import { useState } from "react";
import type { BulkAction } from "../../api/bulk";
import { t } from "../../i18n/text";
import { Button, IconButton } from "../../kit/button";
import { Menu, MenuItem } from "../../kit/menu";
import { SelectionBar } from "../../kit/selectionbar";
import { BulkDialog } from "./bulk";

interface Props {
  readonly tenant: string;
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
  /** How many the filter finds, and the filter as the server reads it. */
  readonly total: number;
  readonly filter: string;
}

const MORE = ["resume", "pause", "labels", "change-status", "unqueue", "force-run"] as const;

export function ExecutionSelection({ tenant, chosen, onChange, total, filter }: Props) {
  const [asked, setAsked] = useState<BulkAction | null>(null);
  /** The filter of which all were selected: another one has another meaning. */
  const [all, setAll] = useState<string | null>(null);
  const isAll = all === filter && chosen.size > 0;
  const clear = () => {
    setAll(null);
    onChange(new Set());
  };
  return (
    <SelectionBar count={isAll ? total : chosen.size} onClear={clear}>
      {!isAll && total > chosen.size && (
        <Button look="quiet" onClick={() => setAll(filter)}>
          {t("bulk.select-all", { count: total })}
        </Button>
      )}
      <Button onClick={() => setAsked("restart")}>{t("action.restart")}</Button>
      <Button onClick={() => setAsked("replay")}>{t("action.replay")}</Button>
      <Button onClick={() => setAsked("kill")}>{t("action.kill")}</Button>
      <Button look="danger" onClick={() => setAsked("delete")}>
        {t("action.delete")}
      </Button>
      <Menu trigger={<IconButton label={t("action.more")} icon={<MoreVertical size={16} />} look="plain" />}>
        {MORE.map((action) => (
          <MenuItem key={action} onChoose={() => setAsked(action)}>
            {t(`action.${action}`)}
          </MenuItem>
        ))}
      </Menu>
      {asked && (
        <BulkDialog
          tenant={tenant}
          action={asked}
          chosen={isAll ? { filter } : { ids: [...chosen] }}
          onClose={(isBegun) => {
            setAsked(null);
            if (isBegun) clear();
          }}
        />
      )}
    </SelectionBar>
  );
}
