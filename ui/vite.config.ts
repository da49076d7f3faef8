/// <reference types="vitest/config" />
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The server behind the development server. */
const server = process.env.KAPELLE_API ?? "http://127.0.0.1:8080";

// While developing, everything that is not the interface goes to a real server. The host stays what the browser sent,
// because the server accepts changes only from its own pages.
const proxy = Object.fromEntries(
  ["/api", "/login", "/logout"].map((path) => [path, { target: server, changeOrigin: false }]),
);

export default defineConfig(({ command }) => ({
  // The build is relative to `<base>`, which the server writes; the development server is always at `/ui/`.
  base: command === "build" ? "./" : "/ui/",
  plugins: [react(), tailwindcss()],
  html: { cspNonce: "KAPELLE_NONCE" },
  worker: { format: "es" },
  build: { target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  server: { proxy },
  preview: { proxy },
  test: {
    environment: "jsdom",
    setupFiles: ["tests/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    testTimeout: 20_000,
  },
}));
