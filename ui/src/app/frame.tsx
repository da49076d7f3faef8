/** What stands around every page: the menu, the bar on top, the palette, the help. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useParams, useRouterState } from "@tanstack/react-router";
import {
  AlarmClock,
  ChartColumn,
  Folders,
  KeyRound,
  Menu as MenuIcon,
  PanelLeftClose,
  PanelLeftOpen,
  Play,
  Search,
  TableProperties,
  Workflow,
} from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { configuration } from "../api/session";
import { t } from "../i18n/text";
import { Button, IconButton } from "../kit/button";
import { classes } from "../kit/classes";
import { ErrorBorder } from "./errorborder";
import { Help } from "./help";
import { LiveDot } from "./livedot";
import { Palette } from "./palette";
import { prefer, usePreferences } from "./preferences";
import { focusFilter, focusRows, listen, openTab } from "./shortcuts";
import { UpgradeBar } from "./upgrade";
import { UserMenu } from "./usermenu";

type Open = "palette" | "help" | null;

export function Frame() {
  const { tenant } = useParams({ strict: false });
  const [open, setOpen] = useState<Open>(null);
  const [isMenuOpen, setMenuOpen] = useState(false);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  useKeys(tenant ?? "main", setOpen);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the menu of the phone.
  useEffect(() => setMenuOpen(false), [path]);
  return (
    <div className="flex min-h-dvh max-narrow:flex-col">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-60 focus:bg-bg focus:p-2"
      >
        {t("frame.skip")}
      </a>
      <MainMenu tenant={tenant ?? "main"} isOpen={isMenuOpen} />
      <div className="flex min-w-0 flex-1 flex-col">
        <TopBar
          onSearch={() => setOpen("palette")}
          onHelp={() => setOpen("help")}
          isMenuOpen={isMenuOpen}
          onMenu={() => setMenuOpen(!isMenuOpen)}
        />
        <UpgradeBar />
        <main id="main" className="flex min-h-0 min-w-0 flex-1 flex-col">
          <ErrorBorder key={path}>
            <Outlet />
          </ErrorBorder>
        </main>
      </div>
      <Palette tenant={tenant ?? "main"} isOpen={open === "palette"} onClose={() => setOpen(null)} />
      <Help isOpen={open === "help"} onClose={() => setOpen(null)} />
    </div>
  );
}

function useKeys(tenant: string, setOpen: (open: Open) => void): void {
  const navigate = useNavigate();
  const queries = useQueryClient();
  useEffect(() => {
    const tabs = Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => [`${number}`, () => openTab(number)]));
    return listen({
      "Ctrl+K": () => setOpen("palette"),
      "/": () => focusFilter() || setOpen("palette"),
      "?": () => setOpen("help"),
      "g f": () => void navigate({ to: "/$tenant/flows", params: { tenant } }),
      "g d": () => void navigate({ to: "/$tenant/dashboards", params: { tenant } }),
      "g n": () => void navigate({ to: "/$tenant/namespaces", params: { tenant } }),
      "g t": () => void navigate({ to: "/$tenant/admin/triggers", params: { tenant } }),
      "g e": () => void navigate({ to: "/$tenant/executions", params: { tenant } }),
      n: () => void navigate({ to: "/$tenant/flows/new", params: { tenant } }),
      r: () => void queries.invalidateQueries(),
      j: focusRows,
      k: focusRows,
      ...tabs,
    });
  }, [tenant, navigate, queries, setOpen]);
}

interface BarProps {
  readonly onSearch: () => void;
  readonly onHelp: () => void;
  readonly isMenuOpen: boolean;
  readonly onMenu: () => void;
}

function TopBar({ onSearch, onHelp, isMenuOpen, onMenu }: BarProps) {
  const { data } = useQuery(configuration);
  const environment = data?.environment.name;
  return (
    <header className="sticky top-0 z-20 flex h-12 items-center gap-2 border-border border-b bg-bg px-4 max-narrow:px-2">
      <span className="narrow:hidden">
        <IconButton
          label={t("frame.menu")}
          icon={<MenuIcon size={18} />}
          aria-expanded={isMenuOpen}
          aria-controls="menu"
          onClick={onMenu}
        />
      </span>
      {environment && (
        <span className="rounded-control border border-control px-2 font-semibold text-label">{environment}</span>
      )}
      <Button
        look="plain"
        className="ml-auto text-muted narrow:w-64 narrow:justify-start"
        icon={<Search size={14} />}
        aria-keyshortcuts="Control+K"
        onClick={onSearch}
      >
        <span className="max-narrow:sr-only">{t("frame.search")}</span>
        <kbd aria-hidden className="ml-auto font-mono text-label max-narrow:hidden">
          Ctrl+K
        </kbd>
      </Button>
      <LiveDot />
      <UserMenu onHelp={onHelp} />
    </header>
  );
}

/** Only what exists stands here. */
function MainMenu({ tenant, isOpen }: { readonly tenant: string; readonly isOpen: boolean }) {
  const { isMenuSmall } = usePreferences();
  return (
    <nav
      id="menu"
      aria-label={t("frame.menu")}
      className={classes(
        "sticky top-0 flex h-dvh shrink-0 flex-col gap-1 overflow-auto border-border border-r bg-surface p-2 max-narrow:fixed max-narrow:inset-x-0 max-narrow:top-12 max-narrow:z-20 max-narrow:h-auto max-narrow:border-b max-narrow:shadow-over",
        isMenuSmall ? "narrow:w-13" : "narrow:w-52",
        !isOpen && "max-narrow:hidden",
      )}
    >
      <Link
        to="/$tenant/dashboards"
        params={{ tenant }}
        aria-label={isMenuSmall ? t("frame.home") : undefined}
        className="mb-1 flex h-9 items-center gap-2 px-2 font-semibold text-section max-narrow:hidden"
      >
        <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" className="shrink-0 fill-accent">
          <path d="M8 0l8 8-8 8-8-8z" />
        </svg>
        {!isMenuSmall && "Kapelle"}
      </Link>
      <Entry to="/$tenant/dashboards" tenant={tenant} icon={<ChartColumn size={16} />} isSmall={isMenuSmall}>
        {t("home.title")}
      </Entry>
      <Entry to="/$tenant/flows" tenant={tenant} icon={<Workflow size={16} />} isSmall={isMenuSmall}>
        {t("flows.title")}
      </Entry>
      <Entry to="/$tenant/executions" tenant={tenant} icon={<Play size={16} />} isSmall={isMenuSmall}>
        {t("executions.title")}
      </Entry>
      <Entry to="/$tenant/admin/triggers" tenant={tenant} icon={<AlarmClock size={16} />} isSmall={isMenuSmall}>
        {t("trigger.title")}
      </Entry>
      <hr className="mx-2 my-1 border-border" />
      <Entry to="/$tenant/namespaces" tenant={tenant} icon={<Folders size={16} />} isSmall={isMenuSmall}>
        {t("namespaces.title")}
      </Entry>
      <Entry to="/$tenant/kv" tenant={tenant} icon={<TableProperties size={16} />} isSmall={isMenuSmall}>
        {t("kv.title")}
      </Entry>
      <Entry to="/$tenant/secrets" tenant={tenant} icon={<KeyRound size={16} />} isSmall={isMenuSmall}>
        {t("secret.title")}
      </Entry>
      <span className="mt-auto max-narrow:hidden">
        <IconButton
          label={isMenuSmall ? t("frame.widen") : t("frame.narrow")}
          icon={isMenuSmall ? <PanelLeftOpen size={16} /> : <PanelLeftClose size={16} />}
          onClick={() => prefer({ isMenuSmall: !isMenuSmall })}
        />
      </span>
    </nav>
  );
}

interface EntryProps {
  readonly to:
    | "/$tenant/dashboards"
    | "/$tenant/flows"
    | "/$tenant/executions"
    | "/$tenant/admin/triggers"
    | "/$tenant/namespaces"
    | "/$tenant/kv"
    | "/$tenant/secrets";
  readonly tenant: string;
  readonly icon: ReactNode;
  readonly isSmall: boolean;
  readonly children: string;
}

function Entry({ to, tenant, icon, isSmall, children }: EntryProps) {
  return (
    <Link
      to={to}
      params={{ tenant }}
      activeOptions={{ includeSearch: false }}
      title={isSmall ? children : undefined}
      className="flex h-8 items-center gap-2 rounded-control px-2 text-text hover:bg-hover aria-[current=page]:bg-accent-soft aria-[current=page]:font-semibold touch:h-11"
    >
      {icon}
      <span className={isSmall ? "narrow:sr-only" : undefined}>{children}</span>
    </Link>
  );
}
