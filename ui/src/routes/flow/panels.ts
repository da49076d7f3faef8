/** Which panels of the editor are open, as the address says it: `?panels=code,topology`. Pure. */

export const PANELS = ["code", "topology"] as const;
export type Panel = (typeof PANELS)[number];

const STANDARD: readonly Panel[] = ["code", "topology"];

export function panelsOf(written: unknown): readonly Panel[] {
  const names = typeof written === "string" ? written.split(",") : [];
  const known = names.filter((name): name is Panel => PANELS.some((panel) => panel === name));
  return known.length > 0 ? [...new Set(known)] : STANDARD;
}

/** As the address says it; what is open anyway is not said. */
export function writtenPanels(panels: readonly Panel[]): string | undefined {
  const written = panels.join(",");
  return written === STANDARD.join(",") ? undefined : written;
}

/** After a press on the button of a panel. One panel stays; where there is room for one only, it is that one. */
export function pressed(panels: readonly Panel[], panel: Panel, isNarrow: boolean): readonly Panel[] {
  if (isNarrow) return [panel];
  const next = PANELS.filter((one) => (one === panel ? !panels.includes(one) : panels.includes(one)));
  return next.length > 0 ? next : panels;
}

/** With this panel to be seen, whatever is open. */
export function opened(panels: readonly Panel[], panel: Panel, isNarrow: boolean): readonly Panel[] {
  const isSeen = isNarrow ? panels[0] === panel : panels.includes(panel);
  return isSeen ? panels : pressed(panels, panel, isNarrow);
}
