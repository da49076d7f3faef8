/** Joins class names; what is false is left out. */
export function classes(...names: readonly (string | false | null | undefined)[]): string {
  return names.filter(Boolean).join(" ");
}

/** What all controls share: height, edge, radius. Touch makes them large enough for a finger. */
export const CONTROL =
  "h-8 touch:h-11 rounded-control border border-control bg-bg text-text text-body disabled:opacity-60 disabled:cursor-not-allowed";
