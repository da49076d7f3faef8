/** Addresses of older versions of Kestra, and what they are now. Links in chats and alerts have to go on working. */

const TENANT_PAGES: ReadonlySet<string> = new Set([
  "flows",
  "executions",
  "logs",
  "dashboards",
  "namespaces",
  "kv",
  "secrets",
  "admin",
  "welcome",
]);

const REPLACED: readonly (readonly [RegExp, string])[] = [
  [/^\/([^/]+)\/taskruns$/, "/$1/executions"],
  [/^\/([^/]+)\/flows\/edit\/([^/]+)\/([^/]+)\/(?:source|editor)$/, "/$1/flows/edit/$2/$3/edit"],
  [/^\/([^/]+)\/(?:dashboards\/default|home)$/, "/$1/dashboards"],
  [/^\/([^/]+)\/triggers$/, "/$1/admin/triggers"],
];

/** Where a path below `/ui` leads now; `null` when it is as it should be. */
export function present(path: string): string | null {
  const first = path.split("/")[1] ?? "";
  const whole = TENANT_PAGES.has(first) ? `/main${path}` : path;
  const replaced = REPLACED.reduce((known, [old, now]) => known.replace(old, now), whole);
  return replaced === path ? null : replaced;
}
