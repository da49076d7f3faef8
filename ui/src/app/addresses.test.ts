import { expect, it } from "vitest";
import { present } from "./addresses";

it.each([
  ["/flows", "/main/flows"],
  ["/executions/a/b/c/gantt", "/main/executions/a/b/c/gantt"],
  ["/main/taskruns", "/main/executions"],
  ["/taskruns", null],
  ["/dashboards", "/main/dashboards"],
  ["/main/dashboards/default", "/main/dashboards"],
  ["/main/home", "/main/dashboards"],
  ["/main/triggers", "/main/admin/triggers"],
  ["/kv", "/main/kv"],
  ["/main/flows/edit/a/b/source", "/main/flows/edit/a/b/edit"],
  ["/main/flows", null],
  ["/login", null],
  ["/", null],
])("%s is %s", (path, now) => expect(present(path)).toBe(now));
