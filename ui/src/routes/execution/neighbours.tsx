/** Ways to the executions of the same flow before and after this one. The tab stays. */

import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { neighbour } from "../../api/executions";
import type { Execution } from "../../api/types";
import { t } from "../../i18n/text";
import { ButtonLink, IconButton } from "../../kit/button";

interface Props {
  readonly tenant: string;
  readonly execution: Execution;
}

const SIDES = ["before", "after"] as const;
const ICONS = { before: <ChevronLeft size={16} />, after: <ChevronRight size={16} /> } as const;

export function Neighbours(props: Props) {
  return (
    <nav aria-label={t("execution.neighbours")} className="flex">
      {SIDES.map((side) => (
        <Neighbour key={side} {...props} side={side} />
      ))}
    </nav>
  );
}

function Neighbour({ tenant, execution, side }: Props & { readonly side: (typeof SIDES)[number] }) {
  const { tab } = useParams({ from: "/$tenant/executions/$namespace/$flowId/$id/$tab" });
  const found = useQuery(neighbour(tenant, execution, side)).data;
  const label = t(`execution.${side}`);
  if (!found) return <IconButton label={label} icon={ICONS[side]} disabled />;
  const { namespace, flowId, id } = found;
  return (
    <ButtonLink look="quiet">
      <Link
        to="/$tenant/executions/$namespace/$flowId/$id/$tab"
        params={{ tenant, namespace, flowId, id, tab }}
        aria-label={label}
        title={label}
      >
        {ICONS[side]}
      </Link>
    </ButtonLink>
  );
}
