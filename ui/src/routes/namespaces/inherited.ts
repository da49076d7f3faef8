/** What a namespace has from above: the nearest one of a name holds, and those above it are hidden by it. */

import type { Namespace } from "../../api/namespaces";
import type { Json } from "../../api/types";

export interface Variable {
  readonly name: string;
  readonly value: Json;
  readonly namespace: string;
  readonly isHidden: boolean;
}

/** Variables of these namespaces, the outermost given first; answers the nearest first. */
export function inherited(levels: readonly Namespace[]): readonly Variable[] {
  const seen = new Set<string>();
  return levels.toReversed().flatMap(({ id, variables = {} }) =>
    Object.entries(variables)
      .sort(([one], [other]) => one.localeCompare(other))
      .map(([name, value]) => {
        const isHidden = seen.has(name);
        seen.add(name);
        return { name, value, namespace: id, isHidden };
      }),
  );
}
