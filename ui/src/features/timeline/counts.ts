/** Numbers of task runs by state, in the order in which states are told. Pure. */

import type { Counts } from "../../api/taskruns";
import { STATES, type State } from "../../api/types";

export function countsInOrder(counts: Counts): readonly (readonly [State, number])[] {
  return STATES.flatMap((state) => {
    const count = counts[state];
    return count ? [[state, count] as const] : [];
  });
}
