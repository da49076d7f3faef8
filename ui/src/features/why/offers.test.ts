import { expect, it } from "vitest";
import type { State } from "../../api/types";
import { type Offer, offersOf } from "./offers";

it.each<[string | null, State, readonly Offer[]]>([
  ["CONCURRENCY", "QUEUED", ["force-run", "unqueue", "kill"]],
  ["PAUSED", "PAUSED", ["resume", "kill"]],
  // A pause in one branch: the execution itself runs, and the server would refuse to resume it.
  ["PAUSED", "RUNNING", ["kill"]],
  ["BREAKPOINT", "BREAKPOINT", ["resume-from-breakpoint", "kill"]],
  ["SCHEDULED", "CREATED", ["force-run", "kill"]],
  ["KILLING", "KILLING", []],
  ["SOMETHING_NEW", "RUNNING", []],
  [null, "RUNNING", []],
])("%s in state %s offers %j", (cause, state, offers) => expect(offersOf(cause, state)).toEqual(offers));
