/** Where a trigger stands, in a word, and when it fires, on its own clocks. */

import type { TriggerRow } from "../../api/triggers";
import { defaultForm, fullMoment } from "../../i18n/format";
import { t } from "../../i18n/text";
import { Badge } from "../../kit/badge";
import { progress, standing } from "./plan";

/** A moment on the clocks of the trigger, with the zone said. */
export function inZone(iso: string, zone: string | undefined): string {
  const form = defaultForm();
  try {
    return fullMoment(iso, zone ? { ...form, zone } : form);
  } catch {
    // A zone that browsers do not know.
    return fullMoment(iso, form);
  }
}

export function Stands({ state }: { readonly state: TriggerRow["state"] }) {
  const stands = standing(state);
  const part = state.backfill ? progress(state.backfill) : null;
  return (
    <Badge>
      {t(`trigger.stands.${stands}`)}
      {part !== null && stands !== "disabled" && ` ${Math.round(part * 100)} %`}
    </Badge>
  );
}
