/** Whether what is shown is what is: a dot, and the words for it. */

import { useLine } from "../features/live/live";
import { defaultForm, logMoment } from "../i18n/format";
import { t } from "../i18n/text";
import { Tooltip } from "../kit/tooltip";

export function LiveDot() {
  const { state, heard } = useLine();
  if (state === "idle" || state === "signed-out") return null;
  const since = heard === null ? "" : logMoment(new Date(heard).toISOString(), defaultForm()).slice(0, 8);
  const words = {
    live: t("live.live"),
    connecting: t("live.connecting"),
    waiting: heard === null ? t("live.waiting") : t("live.stale", { since }),
    absent: t("live.absent"),
  }[state];
  const colour = { live: "bg-success", connecting: "bg-faint", waiting: "bg-warning", absent: "bg-faint" }[state];
  return (
    <Tooltip text={words}>
      <button type="button" className="flex h-8 items-center gap-1.5 rounded-control px-1 text-label text-muted">
        <span aria-hidden className={`size-2 rounded-full ${colour}`} />
        <span role="status" className={state === "waiting" ? "max-narrow:sr-only" : "sr-only"}>
          {words}
        </span>
      </button>
    </Tooltip>
  );
}
