/** Says that what is in the editor is a draft from before, and since when. */

import type { ReactNode } from "react";
import { Moment } from "../../features/live/moments";
import { t } from "../../i18n/text";
import { Banner } from "../../kit/banner";
import { Button } from "../../kit/button";

interface Props {
  readonly at: number;
  readonly onDrop: () => void;
  readonly children: ReactNode;
}

export function DraftBanner({ at, onDrop, children }: Props) {
  return (
    <Banner actions={<Button onClick={onDrop}>{t("draft.drop")}</Button>}>
      {children} <Moment iso={new Date(at).toISOString()} isRelative />
    </Banner>
  );
}
