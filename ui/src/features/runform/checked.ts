/** Inputs as the server sees them, asked again a moment after the last key. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { InputsAnswer } from "../../api/types";
import { formOf, type Given } from "./values";

const REST_MS = 250;

/** Files are told apart by name and size: their content is not part of a key. */
function keyOf(given: Given): unknown {
  return Object.entries(given).map(([id, value]) => [
    id,
    typeof value === "string" ? value : [value.name, value.size, value.lastModified],
  ]);
}

export function useChecked(
  name: readonly unknown[],
  given: Given,
  ask: (form: FormData, signal: AbortSignal) => Promise<InputsAnswer>,
) {
  const [rested, setRested] = useState(given);
  useEffect(() => {
    const timer = setTimeout(() => setRested(given), REST_MS);
    return () => clearTimeout(timer);
  }, [given]);
  return useQuery({
    queryKey: [...name, keyOf(rested)],
    queryFn: ({ signal }) => ask(formOf(rested), signal),
    placeholderData: keepPreviousData,
    // Secrets are among what was given: it does not stay in memory.
    gcTime: 0,
  });
}
