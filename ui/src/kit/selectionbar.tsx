/** The bar over a table while rows are selected. */

import type { ReactNode } from "react";
import { t } from "../i18n/text";
import { Button } from "./button";

interface Props {
  readonly count: number;
  readonly onClear: () => void;
  readonly children: ReactNode;
}

export function SelectionBar({ count, onClear, children }: Props) {
  if (count === 0) return null;
  return (
    <section
      aria-label={t("kit.selected", { count })}
      className="sticky bottom-0 z-10 order-last mt-auto flex flex-wrap items-center gap-2 border-border border-t bg-bg px-4 py-2 shadow-over max-narrow:px-3"
    >
      <span role="status" className="font-semibold">
        {t("kit.selected", { count })}
      </span>
      {children}
      <Button look="quiet" onClick={onClear}>
        {t("kit.clear-selection")}
      </Button>
    </section>
  );
}
