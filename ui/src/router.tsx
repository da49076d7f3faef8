/** All addresses. Names and tabs are Kestra's; each page is loaded when it is wanted. */

import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { Problem } from "./api/errors";
import { flowList } from "./api/flows";
import { configuration } from "./api/session";
import { present } from "./app/addresses";
import { NotFound, Pending, RouteFailure } from "./app/fallbacks";
import { Frame } from "./app/frame";
import { parseSearch, printSearch, type Search } from "./features/filters/grammar";

interface Context {
  readonly queries: QueryClient;
}

/** Who is not signed in goes to the login first, and comes back afterwards. */
async function needSession({ queries }: Context, from: string): Promise<void> {
  try {
    await queries.ensureQueryData(configuration);
  } catch (error) {
    if (error instanceof Problem && error.status === 401) throw redirect({ to: "/login", search: { from } });
    throw error;
  }
}

const asSearch = (search: Record<string, unknown>) => search as Search;

const root = createRootRouteWithContext<Context>()({
  component: Outlet,
  beforeLoad: ({ location }) => {
    const now = present(location.pathname);
    if (now !== null) throw redirect({ href: `${now}${location.searchStr}`, replace: true });
  },
});

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: async ({ context, location }) => {
    await needSession(context, location.href);
    const { queries } = context;
    const flows = await queries.fetchQuery(flowList("main", [["size", "1"]]));
    const to = flows.total === 0 ? "/$tenant/welcome" : "/$tenant/dashboards";
    throw redirect({ to, params: { tenant: "main" }, replace: true });
  },
});

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (search: Record<string, unknown>): { from?: string } =>
    typeof search.from === "string" ? { from: search.from } : {},
  component: lazyRouteComponent(() => import("./routes/session/login"), "LoginPage"),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  component: lazyRouteComponent(() => import("./routes/session/setup"), "SetupPage"),
});

const tenant = createRoute({
  getParentRoute: () => root,
  path: "/$tenant",
  component: Frame,
  beforeLoad: ({ context, location }) => needSession(context, location.href),
});

const tenantHome = createRoute({
  getParentRoute: () => tenant,
  path: "/",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/$tenant/dashboards", params, replace: true });
  },
});

const welcome = createRoute({
  getParentRoute: () => tenant,
  path: "/welcome",
  component: lazyRouteComponent(() => import("./routes/welcome/welcome"), "WelcomePage"),
});

const flows = createRoute({
  getParentRoute: () => tenant,
  path: "/flows",
  validateSearch: asSearch,
  component: lazyRouteComponent(() => import("./routes/flows/flows"), "FlowsPage"),
});

const newFlow = createRoute({
  getParentRoute: () => tenant,
  path: "/flows/new",
  component: lazyRouteComponent(() => import("./routes/flow/new"), "NewFlowPage"),
});

const flow = createRoute({
  getParentRoute: () => tenant,
  path: "/flows/edit/$namespace/$id",
  beforeLoad: ({ params, location }) => {
    if (location.pathname.replace(/\/$/, "").split("/").length > 6) return;
    throw redirect({
      to: "/$tenant/flows/edit/$namespace/$id/$tab",
      params: { ...params, tab: "overview" },
      replace: true,
    });
  },
});

const flowTab = createRoute({
  getParentRoute: () => flow,
  path: "/$tab",
  validateSearch: asSearch,
  component: lazyRouteComponent(() => import("./routes/flow/flow"), "FlowPage"),
});

const executions = createRoute({
  getParentRoute: () => tenant,
  path: "/executions",
  validateSearch: asSearch,
  component: lazyRouteComponent(() => import("./routes/executions/executions"), "ExecutionsPage"),
});

const execution = createRoute({
  getParentRoute: () => tenant,
  path: "/executions/$namespace/$flowId/$id",
  beforeLoad: ({ params, location }) => {
    if (location.pathname.replace(/\/$/, "").split("/").length > 6) return;
    throw redirect({
      to: "/$tenant/executions/$namespace/$flowId/$id/$tab",
      params: { ...params, tab: "overview" },
      replace: true,
    });
  },
});

const executionTab = createRoute({
  getParentRoute: () => execution,
  path: "/$tab",
  validateSearch: asSearch,
  component: lazyRouteComponent(() => import("./routes/execution/execution"), "ExecutionPage"),
});

const namespaces = createRoute({
  getParentRoute: () => tenant,
  path: "/namespaces",
  validateSearch: asSearch,
  component: lazyRouteComponent(() => import("./routes/namespaces/namespaces"), "NamespacesPage"),
});

const namespace = createRoute({
  getParentRoute: () => tenant,
  path: "/namespaces/edit/$namespace",
  beforeLoad: ({ params, location }) => {
    if (location.pathname.replace(/\/$/, "").split("/").length > 5) return;
    throw redirect({
      to: "/$tenant/namespaces/edit/$namespace/$tab",
      params: { ...params, tab: "overview" },
      replace: true,
    });
  },
});

const namespaceTab = createRoute({
  getParentRoute: () => namespace,
  path: "/$tab",
  validateSearch: asSearch,
  component: lazyRouteComponent(() => import("./routes/namespaces/namespace"), "NamespacePage"),
});

const kv = createRoute({
  getParentRoute: () => tenant,
  path: "/kv",
  validateSearch: asSearch,
  component: lazyRouteComponent(() => import("./routes/kv/kv"), "KvPage"),
});

const secrets = createRoute({
  getParentRoute: () => tenant,
  path: "/secrets",
  validateSearch: asSearch,
  component: lazyRouteComponent(() => import("./routes/secrets/secrets"), "SecretsPage"),
});

const triggers = createRoute({
  getParentRoute: () => tenant,
  path: "/admin/triggers",
  validateSearch: asSearch,
  component: lazyRouteComponent(() => import("./routes/triggers/triggers"), "TriggersPage"),
});

const dashboards = createRoute({
  getParentRoute: () => tenant,
  path: "/dashboards",
  validateSearch: asSearch,
  component: lazyRouteComponent(() => import("./routes/home/home"), "HomePage"),
});

const run = createRoute({
  getParentRoute: () => root,
  path: "/$tenant/run/$namespace/$id",
  validateSearch: asSearch,
  beforeLoad: ({ context, location }) => needSession(context, location.href),
  component: lazyRouteComponent(() => import("./routes/run/run"), "RunPage"),
});

/** All parts of the kit, for those who build it; not in what people get. */
const forBuilders = import.meta.env.DEV
  ? [
      createRoute({
        getParentRoute: () => root,
        path: "/kit",
        component: lazyRouteComponent(() => import("./routes/kit/kit"), "KitPage"),
      }),
    ]
  : [];

const routes = root.addChildren([
  home,
  login,
  setup,
  run,
  ...forBuilders,
  tenant.addChildren([
    tenantHome,
    welcome,
    flows,
    newFlow,
    flow.addChildren([flowTab]),
    executions,
    execution.addChildren([executionTab]),
    namespaces,
    namespace.addChildren([namespaceTab]),
    kv,
    secrets,
    triggers,
    dashboards,
  ]),
]);

export function createAppRouter(queries: QueryClient) {
  return createRouter({
    routeTree: routes,
    basepath: new URL(document.baseURI).pathname,
    context: { queries },
    parseSearch,
    stringifySearch: printSearch,
    defaultPreload: "intent",
    defaultPendingMs: 150,
    defaultPendingComponent: Pending,
    defaultErrorComponent: RouteFailure,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
