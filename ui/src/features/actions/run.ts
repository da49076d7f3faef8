/** Actions on the server: they wait for its answer, say what happened, and what they changed is read again. */

import { type QueryClient, type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query";
import { forgetFailures, tellDone, tellFailure } from "../../kit/toast";

interface Wanted<Given, Answer> {
  readonly act: (given: Given) => Promise<Answer>;
  /** What is told when it is done; nothing when the page shows it by itself. */
  readonly done?: (answer: Answer, given: Given) => string;
  readonly changes: QueryKey;
  readonly onDone?: (answer: Answer, given: Given) => void;
}

/** A first answer that is still on its way may be from before, so it is asked for again; later ones are anyway. */
async function readAnew(queries: QueryClient, queryKey: QueryKey): Promise<void> {
  await queries.cancelQueries({ queryKey, predicate: ({ state }) => state.data === undefined });
  await queries.invalidateQueries({ queryKey });
}

export function useAction<Given, Answer>({ act, done, changes, onDone }: Wanted<Given, Answer>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: act,
    onMutate: forgetFailures,
    onSuccess: (answer, given) => {
      if (done) tellDone(done(answer, given));
      void readAnew(queries, changes);
      onDone?.(answer, given);
    },
    onError: tellFailure,
  });
}
