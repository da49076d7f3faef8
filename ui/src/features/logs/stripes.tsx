/** Where in the log the matches lie, beside its scroll bar. The finder says the same in words. */

import { stripesOf } from "./finding";

const STRIPES = 200;

export function Stripes({ lines, total }: { readonly lines: readonly number[]; readonly total: number }) {
  if (lines.length === 0 || total === 0) return null;
  const path = stripesOf(lines, total, STRIPES).map((stripe) => `M0 ${stripe + 0.5}H1`);
  return (
    <svg
      aria-hidden
      viewBox={`0 0 1 ${STRIPES}`}
      preserveAspectRatio="none"
      className="pointer-events-none absolute inset-y-0 right-0 h-full w-1.5 text-warning"
    >
      <path d={path.join("")} stroke="currentColor" strokeWidth={1} />
    </svg>
  );
}
