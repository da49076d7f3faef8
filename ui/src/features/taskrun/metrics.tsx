/** The numbers that a task run reported. */

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { metricsOfRun } from "../../api/taskruns";
import { count, defaultForm } from "../../i18n/format";
import { t } from "../../i18n/text";
import { Part } from "./part";

interface Props {
  readonly tenant: string;
  readonly execution: string;
  readonly run: string;
}

export function Metrics({ tenant, execution, run }: Props) {
  const form = useMemo(defaultForm, []);
  const found = useQuery(metricsOfRun(tenant, execution, run));
  if (found.isError) return <p className="text-failed">{found.error.message}</p>;
  if (!found.data || found.data.results.length === 0) return null;
  return (
    <Part title={t("taskrun.metrics")}>
      <table className="w-full">
        <thead>
          <tr className="text-left text-label text-muted">
            <th className="font-normal">{t("taskrun.name")}</th>
            <th className="text-right font-normal">{t("taskrun.value")}</th>
          </tr>
        </thead>
        <tbody>
          {found.data.results.map(({ name, value, timestamp }) => (
            <tr key={`${name} ${timestamp} ${value}`} className="border-border border-t">
              <td className="py-1 font-mono text-code">{name}</td>
              <td className="py-1 text-right">{count(value, form)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Part>
  );
}
