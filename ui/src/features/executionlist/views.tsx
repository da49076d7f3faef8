/** The views of the list of executions: those that everybody needs, and saved ones. */

import { useQueryClient } from "@tanstack/react-query";
import { home } from "../../api/home";
import { t } from "../../i18n/text";
import { tellDone, tellFailure } from "../../kit/toast";
import type { Search } from "../filters/grammar";
import type { OnSearch } from "../filters/view";
import { ViewsMenu } from "../filters/viewsmenu";
import { failedToday, runningFor, waiting } from "./quick";

interface Props {
  readonly tenant: string;
  readonly search: Search;
  readonly onSearch: OnSearch;
}

export function ExecutionViews({ tenant, search, onSearch }: Props) {
  const queries = useQueryClient();
  const showSlow = async () => {
    try {
      const { now } = await queries.fetchQuery(home(tenant, [["range", "P7D"]]));
      if (now.p95Ms === null) tellDone(t("executions.nothing-over"));
      else onSearch(runningFor(now.p95Ms, new Date()));
    } catch (error) {
      tellFailure(error);
    }
  };
  return (
    <ViewsMenu
      tenant={tenant}
      page="executions"
      search={search}
      onSearch={onSearch}
      quick={[
        {
          id: "failed",
          name: t("executions.quick.failed"),
          onChoose: () => onSearch(failedToday(new Date())),
        },
        { id: "slow", name: t("executions.quick.slow"), onChoose: () => void showSlow() },
        { id: "waiting", name: t("executions.quick.waiting"), onChoose: () => onSearch(waiting()) },
      ]}
    />
  );
}
