/** What keys mean in a log. Pure. */

type Wanted =
  | { readonly kind: "line"; readonly by: number }
  /** By so many views. */
  | { readonly kind: "page"; readonly by: number }
  | { readonly kind: "match"; readonly isBackwards: boolean }
  | { readonly kind: "begin" | "end" | "fold" | "copy" | "find" | "leave" };

const KEYS: Readonly<Record<string, Wanted>> = {
  ArrowDown: { kind: "line", by: 1 },
  j: { kind: "line", by: 1 },
  ArrowUp: { kind: "line", by: -1 },
  k: { kind: "line", by: -1 },
  PageDown: { kind: "page", by: 0.9 },
  " ": { kind: "page", by: 0.9 },
  PageUp: { kind: "page", by: -0.9 },
  Home: { kind: "begin" },
  End: { kind: "end" },
  n: { kind: "match", isBackwards: false },
  N: { kind: "match", isBackwards: true },
  Enter: { kind: "fold" },
  c: { kind: "copy" },
  "/": { kind: "find" },
  Escape: { kind: "leave" },
};

interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

export function keyOf({ key, ctrlKey, metaKey, altKey }: Pressed): Wanted | null {
  return ctrlKey || metaKey || altKey ? null : (KEYS[key] ?? null);
}
