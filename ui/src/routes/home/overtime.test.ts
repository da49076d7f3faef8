import { expect, it } from "vitest";
import { stacked } from "./overtime";

it("states of a family are one part, and parts stand on each other in their order", () => {
  const counts = { FAILED: 1, SUCCESS: 3, KILLED: 2, CANCELLED: 1 };
  const [bar] = stacked({ stepMs: 3_600_000, bars: [{ at: "2026-01-01T00:00:00Z", counts, medianMs: 5 }] });
  expect(bar).toEqual({
    from: Date.parse("2026-01-01T00:00:00Z"),
    until: Date.parse("2026-01-01T01:00:00Z"),
    total: 7,
    parts: [
      { series: "success", value: 3, base: 0 },
      { series: "failed", value: 1, base: 3 },
      { series: "stopped", value: 3, base: 4 },
    ],
  });
});
