/** What stands where a page cannot: one that is on its way, one that failed, one that does not exist. */

import { Link, useRouter } from "@tanstack/react-router";
import { t } from "../i18n/text";
import { ButtonLink } from "../kit/button";
import { EmptyState, Failure, PageHead, Skeleton } from "../kit/page";
import { ReloadButton } from "./upgrade";

export function Pending() {
  return <Skeleton awaited={t("page.page")} />;
}

/** A tab of an older build misses its parts after an upgrade: only a reload brings the new ones. */
function isMissingPart(error: unknown): boolean {
  return error instanceof Error && /dynamically imported module|module script failed/i.test(error.message);
}

export function RouteFailure({ error }: { readonly error: unknown }) {
  const router = useRouter();
  if (isMissingPart(error)) {
    return <EmptyState title={t("page.new-version")} actions={<ReloadButton />} />;
  }
  return <Failure error={error} onRetry={() => void router.invalidate()} />;
}

export function NotFound() {
  return (
    <>
      <PageHead title={t("page.missing")} name={t("page.missing")} />
      <EmptyState
        title={t("page.missing-hint", { address: location.pathname })}
        actions={
          <ButtonLink look="primary">
            <Link to="/">{t("frame.home")}</Link>
          </ButtonLink>
        }
      />
    </>
  );
}
