/** Starts the interface: theme, queries, router, and what happens when a session ends. */

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { onSignedOut } from "./api/client";
import { Problem } from "./api/errors";
import { startTheme } from "./app/theme";
import { Toasts } from "./kit/toast";
import { TooltipProvider } from "./kit/tooltip";
import { createAppRouter } from "./router";
import "./styles/base.css";

const RETRIES_MAX = 2;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // A server that refuses does so again; one that cannot be reached may come back.
      retry: (count, error) => count < RETRIES_MAX && (!(error instanceof Problem) || error.isUnreachable),
      staleTime: 1_000,
      // The answer decides whether the server is there, not what the browser thinks of the network.
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
});

const router = createAppRouter(queries);

onSignedOut(() => {
  const { location, status } = router.state;
  const { pathname, href } = location;
  // While a page is loading, its route sees to it.
  if (status === "pending" || pathname === "/login" || pathname === "/setup") return;
  void router.navigate({ to: "/login", search: { from: href } });
});

// Dialogs keep the page behind them from scrolling by a style of their own, and look for its nonce under this name.
const nonce = document.querySelector<HTMLMetaElement>("meta[name=csp-nonce]")?.content;
Object.assign(globalThis, { __webpack_nonce__: nonce });

startTheme();

const root = document.getElementById("root");
if (!root) throw new Error("the page has no place for the interface");

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <TooltipProvider delayDuration={400}>
        <RouterProvider router={router} />
        <Toasts />
      </TooltipProvider>
    </QueryClientProvider>
  </StrictMode>,
);
