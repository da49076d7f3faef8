/** A server that was upgraded under an open tab: a quiet bar offers to reload. Nothing is forced, and drafts are kept. */

import { useEffect, useRef, useState } from "react";
import { isOutdated } from "../api/version";
import { useLine } from "../features/live/live";
import { t } from "../i18n/text";
import { Banner } from "../kit/banner";
import { Button } from "../kit/button";

/** Looks when the line is there again after it broke, and when somebody comes back to the tab. */
export function UpgradeBar() {
  const [isOld, setOld] = useState(false);
  const { state } = useLine();
  const wasBroken = useRef(false);
  useEffect(() => {
    if (isOld) return;
    const look = async () => {
      if (document.visibilityState === "visible" && (await isOutdated())) setOld(true);
    };
    if (state === "live" && wasBroken.current) void look();
    if (state === "live" || state === "waiting") wasBroken.current = state === "waiting";
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [isOld, state]);
  return isOld && <Banner actions={<ReloadButton />}>{t("page.new-version")}</Banner>;
}

export function ReloadButton() {
  return (
    <Button look="primary" onClick={() => location.reload()}>
      {t("page.reload")}
    </Button>
  );
}
