import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

type Rgb = readonly [number, number, number];
type Theme = Readonly<Record<string, Rgb>>;

const FAMILIES = ["success", "warning", "failed", "stopped", "running", "paused", "waiting", "muted"];

/** The colours of a theme, as the page has them. */
function theme(name: string): Theme {
  const css = readFileSync("src/styles/tokens.css", "utf8");
  const block = css.split("}").find((part) => part.includes(`[data-theme="${name}"]`)) ?? "";
  const found = [...block.matchAll(/--([\w-]+): #([0-9a-f]{6});/g)];
  return Object.fromEntries(
    found.map(([, key = "", hex = ""]) => {
      const channel = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16) / 255;
      return [key, [channel(0), channel(2), channel(4)] as const];
    }),
  );
}

const linear = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function contrast(one: Rgb, other: Rgb): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((left, right) => left - right);
  return (light + 0.05) / (dark + 0.05);
}

const of = (colours: Theme, name: string): Rgb => colours[name] ?? [0, 0, 0];

it.each([
  ["light", 4.39],
  ["dark", 4.9],
  ["contrast", 7],
])("in the %s theme states stand out from every ground", (name, least) => {
  const colours = theme(name);
  for (const ground of ["bg", "surface"]) {
    for (const family of FAMILIES) {
      const ratio = contrast(of(colours, `state-${family}`), of(colours, ground));
      expect(ratio, `${family} on ${ground}`).toBeGreaterThanOrEqual(family === "muted" ? 3 : least);
    }
  }
});

it.each(["light", "dark", "contrast"])("in the %s theme text can be read", (name) => {
  const colours = theme(name);
  for (const ground of ["bg", "surface", "hover"]) {
    expect(contrast(of(colours, "text"), of(colours, ground)), `text on ${ground}`).toBeGreaterThanOrEqual(11);
    for (const quiet of ["text-muted", "accent", "code-key", "code-string", "code-number", "code-comment"]) {
      if (ground === "hover" && quiet.startsWith("code")) continue;
      expect(contrast(of(colours, quiet), of(colours, ground)), `${quiet} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
  }
  expect(contrast(of(colours, "border-control"), of(colours, "bg"))).toBeGreaterThanOrEqual(3);
});
