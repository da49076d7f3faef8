/** Points at the place that an error names (`at line 1, column 4`). Pure. */

export function caretOf(text: string, error: string): string | null {
  const found = /line (\d+), column (\d+)/.exec(error);
  const line = text.split("\n")[Number(found?.[1]) - 1];
  if (!found || line === undefined) return null;
  return `${line}\n${" ".repeat(Math.max(0, Number(found[2]) - 1))}^`;
}
