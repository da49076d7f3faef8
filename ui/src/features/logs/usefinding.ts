/** What is looked for in a log, for the page that shows it. */

import { useCallback, useEffect, useMemo, useState } from "react";
import { findInLog, type LogFilter } from "../../api/logs";
import { Finding } from "./finding";

export interface Find {
  /** Null while nothing is looked for. */
  readonly finding: Finding | null;
  readonly error: Error | null;
  readonly next: (from: number, isBackwards: boolean) => Promise<number | null>;
}

interface Of {
  readonly tenant: string;
  readonly id: string;
}

export function useFinding({ tenant, id }: Of, filter: LogFilter, text: string, total: number | null): Find {
  const [, setVersion] = useState(0);
  const [error, setError] = useState<Error | null>(null);
  const finding = useMemo(() => {
    if (text === "") return null;
    return new Finding((from) => findInLog(tenant, id, filter, text, from), {
      onChange: () => setVersion((before) => before + 1),
      onError: (problem) => setError(problem instanceof Error ? problem : new Error(String(problem))),
    });
  }, [tenant, id, filter, text]);
  useEffect(() => {
    setError(null);
    return () => finding?.close();
  }, [finding]);
  useEffect(() => {
    if (total !== null) finding?.grow(total);
  }, [finding, total]);
  const next = useCallback(
    async (from: number, isBackwards: boolean) => {
      try {
        return (await finding?.next(from, isBackwards)) ?? null;
      } catch (problem) {
        setError(problem instanceof Error ? problem : new Error(String(problem)));
        return null;
      }
    },
    [finding],
  );
  return { finding, error, next };
}
