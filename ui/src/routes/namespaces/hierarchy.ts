/** Namespaces as a tree: their names say which is below which. */

import type { Namespace } from "../../api/namespaces";
import type { FlowCount } from "../../api/statistics";

export interface Level {
  readonly id: string;
  readonly description: string | undefined;
  /** Somebody set something for it; the others are there because flows name them. */
  readonly isCreated: boolean;
  /** Failed executions in it and below it. */
  readonly failed: number;
  readonly below: readonly Level[];
}

export function parentOf(id: string): string | null {
  const dot = id.lastIndexOf(".");
  return dot < 0 ? null : id.slice(0, dot);
}

/** The trees of these namespaces. One whose parent is not among them stands at the top. */
export function hierarchy(
  all: readonly Namespace[],
  created: ReadonlySet<string>,
  failures: readonly FlowCount[],
): readonly Level[] {
  const ids = new Set(all.map(({ id }) => id));
  const failed = (id: string) =>
    failures
      .filter(({ namespace }) => namespace === id || namespace.startsWith(`${id}.`))
      .reduce((sum, { total }) => sum + total, 0);
  const level = ({ id, description }: Namespace): Level => ({
    id,
    description,
    isCreated: created.has(id),
    failed: failed(id),
    below: all.filter((other) => parentOf(other.id) === id).map(level),
  });
  return all.filter(({ id }) => !ids.has(parentOf(id) ?? "")).map(level);
}
