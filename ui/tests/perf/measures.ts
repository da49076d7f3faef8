/** Figures beside what they may be. They are collected, printed as a table, and kept as JSON. */

import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Page } from "@playwright/test";

export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly most: number;
  readonly unit: "ms" | "MB" | "kB" | "requests";
}

/** The value that three of four stay below. */
export function upperQuartile(values: readonly number[]): number {
  return percentile(values, 0.75);
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Prints what was found beside what may be, and says what is too much. */
export function report(name: string, figures: readonly Figure[]): readonly string[] {
  const folder = resolve(import.meta.dirname, "../../figures");
  mkdirSync(folder, { recursive: true });
  writeFileSync(resolve(folder, `${name}.json`), `${JSON.stringify(figures, null, 2)}\n`);
  for (const { what, value, most, unit } of figures) {
    console.log(`${value > most ? "TOO MUCH" : "ok      "} ${what}: ${value.toFixed(1)} of ${most} ${unit}`);
  }
  return figures.filter(({ value, most }) => value > most).map(({ what }) => what);
}

/** What the page holds after a clean-up, in megabytes. */
export async function heap(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize / 1e6;
}

/** How long frames take, in milliseconds, while something scrolls from its beginning to its end. */
export function frames(page: Page, role: string, count: number): Promise<readonly number[]> {
  return page.evaluate(
    async ([wanted, total]) => {
      const scroller = document.querySelector(`[role=${wanted}]`) ?? document.scrollingElement;
      if (!scroller) throw new Error("nothing scrolls here");
      const times: number[] = [];
      let before = performance.now();
      for (let frame = 0; frame < total; frame += 1) {
        scroller.scrollTop = (scroller.scrollHeight * frame) / total;
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        times.push(now - before);
        before = now;
      }
      return times.slice(1);
    },
    [role, count] as const,
  );
}
