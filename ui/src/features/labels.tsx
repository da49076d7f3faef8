/** Labels of flows and executions. Those of the system are hidden, as the server says which they are. */

import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { configuration } from "../api/session";
import type { Label } from "../api/types";
import { Badge } from "../kit/badge";
import { nameOf } from "./filters/grammar";

interface Props {
  readonly labels: readonly Label[] | undefined;
  /** Which list a click on a label filters. */
  readonly list: "flows" | "executions";
}

export function useShownLabels(labels: readonly Label[] | undefined): readonly Label[] {
  const { data } = useQuery(configuration);
  const hidden = data?.hiddenLabelsPrefixes ?? ["system.", "internal."];
  return (labels ?? []).filter(({ key }) => !hidden.some((prefix) => key.startsWith(prefix)));
}

export function Labels({ labels, list }: Props) {
  const { tenant = "main" } = useParams({ strict: false });
  const shown = useShownLabels(labels);
  if (shown.length === 0) return null;
  return (
    <span className="inline-flex flex-wrap gap-1 align-middle narrow:[td_&]:flex-nowrap">
      {shown.map(({ key, value }) => (
        <Link
          key={`${key}:${value}`}
          to={list === "flows" ? "/$tenant/flows" : "/$tenant/executions"}
          params={{ tenant }}
          search={{ [nameOf({ field: "labels", operation: "EQUALS", key, value })]: value }}
        >
          <Badge title={`${key}: ${value}`}>
            {key}: {value}
          </Badge>
        </Link>
      ))}
    </span>
  );
}
