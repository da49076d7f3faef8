/** One namespace, in tabs. */

import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { type ComponentType, Fragment, lazy, Suspense } from "react";
import { createdNamespaces, lineage, type Namespace, namespace as namespaceQuery } from "../../api/namespaces";
import { type TextKey, t } from "../../i18n/text";
import { EmptyState, Failure, PageHead, Skeleton } from "../../kit/page";
import { TAB, Tabs } from "../../kit/tabs";

export const NAMESPACE_ROUTE = "/$tenant/namespaces/edit/$namespace/$tab";

const TABS = ["overview", "flows", "executions", "variables", "plugin-defaults", "secrets", "kv", "files"] as const;
type Tab = (typeof TABS)[number];

export interface BodyProps {
  readonly tenant: string;
  readonly namespace: Namespace;
  /** Somebody set something for it; before, only flows name it. */
  readonly isCreated: boolean;
}

const BODIES: Readonly<Record<Tab, ComponentType<BodyProps>>> = {
  overview: lazy(async () => ({ default: (await import("./overview")).NamespaceOverview })),
  flows: lazy(async () => ({ default: (await import("./lists")).NamespaceFlows })),
  executions: lazy(async () => ({ default: (await import("./lists")).NamespaceExecutions })),
  variables: lazy(async () => ({ default: (await import("./variables")).NamespaceVariables })),
  "plugin-defaults": lazy(async () => ({ default: (await import("./defaults")).NamespaceDefaults })),
  secrets: lazy(async () => ({ default: (await import("./secrets")).NamespaceSecrets })),
  kv: lazy(async () => ({ default: (await import("./kv")).NamespaceKv })),
  files: lazy(async () => ({ default: (await import("./files")).NamespaceFilesTab })),
};

export function NamespacePage() {
  const { tenant, namespace, tab } = useParams({ from: NAMESPACE_ROUTE });
  const found = useQuery(namespaceQuery(tenant, namespace));
  const created = useQuery(createdNamespaces(tenant));
  if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  if (created.isError) return <Failure error={created.error} onRetry={() => void created.refetch()} />;
  if (found.isPending || created.isPending) return <Skeleton awaited={namespace} />;
  const known = TABS.find((one) => one === tab);
  const Body = known ? BODIES[known] : null;
  const isCreated = created.data.results.some(({ id }) => id === namespace);
  return (
    <>
      <PageHead name={namespace} title={<Trail tenant={tenant} id={namespace} tab={tab} />} />
      <Tabs label={t("namespace.tabs")}>
        {TABS.map((one) => (
          <Link
            key={one}
            to={NAMESPACE_ROUTE}
            params={{ tenant, namespace, tab: one }}
            activeOptions={{ includeSearch: false }}
            className={TAB}
            data-tab
          >
            {t(`namespace.tab.${one}` satisfies TextKey)}
          </Link>
        ))}
      </Tabs>
      <Suspense fallback={<Skeleton awaited={namespace} />}>
        {Body ? (
          <Body key={namespace} tenant={tenant} namespace={found.data} isCreated={isCreated} />
        ) : (
          <EmptyState title={t("page.no-tab", { tab })} />
        )}
      </Suspense>
    </>
  );
}

/** The name, with a link to each namespace above. */
function Trail({ tenant, id, tab }: { readonly tenant: string; readonly id: string; readonly tab: string }) {
  const levels = lineage(id);
  return (
    <>
      {levels.map((level, index) => (
        <Fragment key={level}>
          {index > 0 && <span className="text-muted">.</span>}
          {level === id ? (
            level.slice(level.lastIndexOf(".") + 1)
          ) : (
            <Link
              to={NAMESPACE_ROUTE}
              params={{ tenant, namespace: level, tab }}
              className="font-normal text-muted hover:underline"
            >
              {level.slice(level.lastIndexOf(".") + 1)}
            </Link>
          )}
        </Fragment>
      ))}
    </>
  );
}
