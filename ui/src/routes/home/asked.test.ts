import { describe, expect, it } from "vitest";
import { parseSearch } from "../../features/filters/grammar";
import { askedOf, homeQuery, withAsked } from "./asked";

const NOW = Date.parse("2026-01-01T12:00:00Z");
const query = (address: string) => homeQuery(askedOf(parseSearch(address)), NOW);

describe("what the server is asked", () => {
  it.each([
    ["", [["range", "PT24H"]]],
    ["?filters[timeRange][EQUALS]=P7D", [["range", "PT168H"]]],
    // It counts by hours, and less than one is one.
    ["?filters[timeRange][EQUALS]=PT15M", [["range", "PT1H"]]],
    [
      "?filters[startDate][GREATER_THAN_OR_EQUAL_TO]=2026-01-01T00:00:00Z&filters[startDate][LESS_THAN_OR_EQUAL_TO]=2026-01-01T05:59:59.999Z",
      [
        ["range", "PT6H"],
        ["until", "2026-01-01T05:59:59.999Z"],
      ],
    ],
    ["?filters[startDate][GREATER_THAN_OR_EQUAL_TO]=2026-01-01T10:30:00Z", [["range", "PT2H"]]],
  ])("%s", (address, asked) => expect(query(address)).toEqual(asked));

  it("names the namespace and every label", () => {
    const search = withAsked({}, "company", ["env:prod", "at:10:30", "broken"]);
    expect(homeQuery(askedOf(search), NOW).slice(1)).toEqual([
      ["namespace", "company"],
      ["labels", "env:prod"],
      ["labels", "at:10:30"],
    ]);
  });
});

it("filters are replaced, the range stays", () => {
  const search = parseSearch("?filters[timeRange][EQUALS]=P7D&filters[namespace][PREFIX]=old");
  expect(withAsked(search, undefined, [])).toEqual({ "filters[timeRange][EQUALS]": "P7D" });
});
