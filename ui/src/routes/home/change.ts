/** How a figure stands beside that of the period before. */

/** `+3` or `−3`, written like the figure; nothing if one of the two is not known, or nothing changed. */
export function change(now: number | null, then: number | null, written: (value: number) => string): string | null {
  if (now === null || then === null || written(now) === written(then)) return null;
  return `${now > then ? "+" : "−"}${written(Math.abs(now - then))}`;
}
