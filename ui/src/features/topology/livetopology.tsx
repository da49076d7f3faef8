/** The topology of a text while it is written. A text that is broken for a moment leaves the last one standing. */

import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { Problem } from "../../api/errors";
import { sourceTopology, type Topology } from "../../api/graphs";
import { t } from "../../i18n/text";
import { EmptyState, Failure, Skeleton } from "../../kit/page";
import type { Mark } from "../source/parts";
import { TopologyView } from "./topology";

interface Props {
  readonly tenant: string;
  /** For the file of its picture. */
  readonly name: string;
  readonly source: string;
  readonly marks: ReadonlyMap<string, Mark>;
  readonly selected: string | undefined;
  readonly onSelect: (task: string) => void;
}

export function LiveTopology({ tenant, name, source, marks, selected, onSelect }: Props) {
  const found = useQuery(sourceTopology(tenant, source));
  const last = useRef<Topology>(null);
  last.current = found.data ?? last.current;
  const isBroken = found.error instanceof Problem && found.error.status === 422;
  if (last.current) {
    return (
      <div className="flex h-full min-h-0 flex-col">
        <p role="status" className="px-3 py-1 text-label text-muted empty:hidden">
          {isBroken ? t("topology.broken") : found.error?.message}
        </p>
        <div className="min-h-0 flex-1">
          <TopologyView
            name={name}
            topology={last.current}
            marks={marks}
            selected={selected}
            onSelect={onSelect}
            isInPanel
          />
        </div>
      </div>
    );
  }
  if (isBroken) return <EmptyState title={t("topology.unreadable")} />;
  if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  return <Skeleton awaited={t("topology.title")} />;
}
