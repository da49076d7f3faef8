/** Which rows of a list are shown, and how many there are. */

import { ChevronLeft, ChevronRight } from "lucide-react";
import { t } from "../i18n/text";
import { IconButton } from "./button";

interface Props {
  readonly page: number;
  readonly size: number;
  readonly total: number;
  readonly onPage: (page: number) => void;
}

export function Pages({ page, size, total, onPage }: Props) {
  const last = Math.max(1, Math.ceil(total / size));
  if (total <= size && page === 1) return null;
  const from = Math.min(total, (page - 1) * size + 1);
  return (
    <nav aria-label={t("kit.pages")} className="flex items-center justify-end gap-1 px-4 py-2">
      <span className="text-muted">{t("kit.rows", { from, to: Math.min(total, page * size), total })}</span>
      <IconButton
        label={t("kit.previous-page")}
        icon={<ChevronLeft size={16} />}
        disabled={page <= 1}
        onClick={() => onPage(page - 1)}
      />
      <IconButton
        label={t("kit.next-page")}
        icon={<ChevronRight size={16} />}
        disabled={page >= last}
        onClick={() => onPage(page + 1)}
      />
    </nav>
  );
}
