/** Which columns of a list are shown. */

import { Columns3 } from "lucide-react";
import { t } from "../i18n/text";
import { IconButton } from "./button";
import { Menu, MenuCheck, MenuLabel } from "./menu";
import type { Column } from "./table";

interface Props<Row> {
  readonly columns: readonly Column<Row>[];
  readonly hidden: readonly string[];
  readonly onChange: (hidden: readonly string[]) => void;
}

export function ColumnChoice<Row>({ columns, hidden, onChange }: Props<Row>) {
  return (
    <Menu trigger={<IconButton label={t("kit.columns")} icon={<Columns3 size={16} />} />}>
      <MenuLabel>{t("kit.columns")}</MenuLabel>
      {columns
        .filter((column) => !column.isFixed)
        .map(({ id, title }) => (
          <MenuCheck
            key={id}
            checked={!hidden.includes(id)}
            onChange={(isShown) => onChange(isShown ? hidden.filter((other) => other !== id) : [...hidden, id])}
          >
            {title}
          </MenuCheck>
        ))}
    </Menu>
  );
}
