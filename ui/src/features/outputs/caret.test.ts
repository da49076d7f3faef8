import { expect, it } from "vitest";
import { caretOf } from "./caret";

it.each<[string, string, string, string | null]>([
  ["the caret stands under the column", "{{ nope }}", "unknown at line 1, column 4", "{{ nope }}\n   ^"],
  ["in the line that is named", "a\n{{ b }}", "unknown at line 2, column 4", "{{ b }}\n   ^"],
  ["an error without a place has none", "{{ x }}", "too long", null],
  ["nor one beyond the text", "{{ x }}", "at line 9, column 1", null],
])("%s", (_, text, error, shown) => expect(caretOf(text, error)).toBe(shown));
