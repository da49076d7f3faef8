/** What of a loop is unfolded: all, what is in one state, or a range of its iterations. */

import { ListFilter } from "lucide-react";
import { useState } from "react";
import type { TreeRow } from "../../api/taskruns";
import { t } from "../../i18n/text";
import { Button, IconButton } from "../../kit/button";
import { Dialog } from "../../kit/dialog";
import { Field } from "../../kit/field";
import { Input } from "../../kit/input";
import { Menu, MenuCheck, MenuItem, MenuLine } from "../../kit/menu";
import { stateWord } from "../../kit/statemark";
import { countsInOrder } from "./counts";
import { type Branch, rangeOf } from "./question";

interface Props {
  readonly row: TreeRow;
  readonly name: string;
  readonly branch: Branch | undefined;
  readonly onFold: (branch: Branch | null) => void;
}

export function BranchMenu({ row, name, branch, onFold }: Props) {
  const [isAsking, setAsking] = useState(false);
  const label = t("gantt.unfold-of", { name });
  const states = countsInOrder(row.counts ?? {});
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what is chosen here does not choose the row.
    // biome-ignore lint/a11y/useKeyWithClickEvents: as above.
    <span onClick={(event) => event.stopPropagation()}>
      <Menu
        align="start"
        trigger={<IconButton label={label} icon={<ListFilter size={14} />} className="size-6! touch:size-8!" />}
      >
        <MenuCheck checked={row.isOpen && !branch} onChange={() => onFold("")}>
          {t("gantt.unfold-all")}
        </MenuCheck>
        {states.map(([state, count]) => (
          <MenuCheck key={state} checked={branch === state} onChange={() => onFold(state)}>
            {t("gantt.unfold-state", { state: stateWord(state), count })}
          </MenuCheck>
        ))}
        <MenuLine />
        <MenuItem onChoose={() => setAsking(true)}>{t("gantt.unfold-range")}</MenuItem>
      </Menu>
      {isAsking && (
        <RangeDialog
          title={label}
          onClose={() => setAsking(false)}
          onChoose={(range) => {
            setAsking(false);
            onFold(range);
          }}
        />
      )}
    </span>
  );
}

interface RangeProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly onChoose: (range: Branch) => void;
}

function RangeDialog({ title, onClose, onChoose }: RangeProps) {
  const [from, setFrom] = useState("0");
  const [until, setUntil] = useState("99");
  const range = rangeOf(from, until);
  const choose = () => {
    if (range !== null) onChoose(range);
  };
  return (
    <Dialog
      title={title}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("kit.cancel")}</Button>
          <Button look="primary" disabled={range === null} onClick={choose}>
            {t("gantt.unfold")}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          choose();
        }}
      >
        <Field label={t("gantt.first")} hint={t("gantt.range-hint")}>
          {(tied) => (
            <Input {...tied} inputMode="numeric" value={from} onChange={(event) => setFrom(event.target.value)} />
          )}
        </Field>
        <Field label={t("gantt.last")} errors={range === null ? [t("gantt.range-wrong")] : []}>
          {(tied) => (
            <Input {...tied} inputMode="numeric" value={until} onChange={(event) => setUntil(event.target.value)} />
          )}
        </Field>
        {/* Two fields send no form without a button for it. */}
        <button type="submit" className="hidden" />
      </form>
    </Dialog>
  );
}
