/** A line over bars: one more number for each of them. */

/** A value for each bar on a scale of its own, drawn as a line over the bars. */
export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly written: (value: number) => string;
}

export function lineValue(line: Line | undefined, at: number): readonly [string, string] | null {
  const value = line?.values[at] ?? null;
  return line && value !== null ? [line.name, line.written(value)] : null;
}
