//! Literal values of inputs, which Kestra reads when an execution is created.

use crate::play::{Row, constraint, play, row};

#[test]
fn a_literal_that_is_no_value_of_its_input_is_a_warning() {
    play(&[NUMBERS, TIMES, TEXTS, LISTS, PLACES].concat(), constraint);
}

const NUMBERS: &[Row] = &[
    row(
        "the default of an INT is a whole number of 32 bits",
        "
inputs:
  - {id: a, type: INT, defaults: «abc»}
  - {id: b, type: INT, defaults: «2147483648»}
  - {id: c, type: INT, defaults: «1.5»}
  - {id: d, type: INT, defaults: «true»}
  - {id: e, type: INT, defaults: «[1]»}
",
        &[
            "warning input-default: the default `abc` is not a whole number of 32 bits",
            "warning input-default: the default `2147483648` is not a whole number of 32 bits",
            "warning input-default: the default `1.5` is not a whole number of 32 bits",
            "warning input-default: the default `true` is not a whole number of 32 bits",
            "warning input-default: the default is a list, not a whole number of 32 bits",
        ],
    ),
    row(
        "the default of a FLOAT is a number",
        "inputs: [{id: a, type: FLOAT, defaults: «'1,5'»}, {id: b, type: FLOAT, defaults: «x»}, \
         {id: c, type: FLOAT, defaults: «{x: 1}»}]",
        &[
            "warning input-default: the default `1,5` is not a number",
            "warning input-default: the default `x` is not a number",
            "warning input-default: the default is a map, not a number",
        ],
    ),
    row(
        "a default lies within the bounds",
        "inputs: [{id: a, type: INT, defaults: «1», min: 5}, {id: b, type: INT, defaults: «9», max: 5}, \
         {id: c, type: FLOAT, defaults: «0.5», min: 1}]",
        &[
            "warning input-default: the default `1`: it must be more than `5`",
            "warning input-default: the default `9`: it must be less than `5`",
            "warning input-default: the default `0.5`: it must be more than `1`",
        ],
    ),
    row(
        "bounds leave room for a value",
        "inputs: [{id: a, type: INT, min: «5», max: 3}, {id: b, type: FLOAT, min: «1.5», max: 1}, \
         {id: c, type: DURATION, min: «PT2H», max: PT90M}]",
        &[
            "warning value-range: `min` 5 is more than `max` 3",
            "warning value-range: `min` 1.5 is more than `max` 1",
            "warning value-range: `min` PT2H is more than `max` PT90M",
        ],
    ),
    row(
        "the bounds of an INT have 32 bits",
        "inputs: [{id: a, type: INT, max: «3000000000»}]",
        &["warning value-range: `max`: `3000000000` is not a whole number of 32 bits"],
    ),
    row(
        "numbers in any form that can be converted are fine, the bounds included",
        "
inputs:
  - {id: a, type: INT, defaults: '12', min: 12, max: 12}
  - {id: b, type: INT, defaults: 1_000}
  - {id: c, type: INT, defaults: -2147483648}
  - {id: d, type: INT, defaults: 15.0}
  - {id: e, type: FLOAT, defaults: 1}
  - {id: f, type: FLOAT, defaults: '1e3'}
  - {id: g, type: FLOAT, defaults: '1.5f', min: 0, max: 1.5}
  - {id: h, type: INT, defaults: ''}
  - {id: i, type: INT, defaults: null, required: false}
",
        &[],
    ),
];

const TIMES: &[Row] = &[
    row(
        "dates and times are written in ISO-8601",
        "
inputs:
  - {id: a, type: DATETIME, defaults: «2024-01-31»}
  - {id: b, type: DATETIME, defaults: «'2024-01-31T09:30:00'»}
  - {id: c, type: DATE, defaults: «31.01.2024»}
  - {id: d, type: DATE, defaults: «'2024-02-30'»}
  - {id: e, type: TIME, defaults: «'9:30'»}
  - {id: f, type: TIME, defaults: «'25:00'»}
",
        &[
            "warning input-default: the default `2024-01-31` is not a moment with a zone",
            "warning input-default: the default `2024-01-31T09:30:00` is not a moment with a zone",
            "warning input-default: the default `31.01.2024` is not a date",
            "warning input-default: the default `2024-02-30` is not a date",
            "warning input-default: the default `9:30` is not a time of day",
            "warning input-default: the default `25:00` is not a time of day",
        ],
    ),
    row(
        "durations are written in ISO-8601",
        "inputs: [{id: a, type: DURATION, defaults: «5m»}, {id: b, type: DURATION, defaults: «PT3H», max: PT2H}]",
        &[
            "warning input-default: the default `5m` is not a duration",
            "warning input-default: the default `PT3H`: it must be less than `PT2H`",
        ],
    ),
    row(
        "bounds of dates and times are of their type",
        "
inputs:
  - {id: a, type: DATE, after: «tomorrow»}
  - {id: b, type: DATETIME, before: «2024-01-31»}
  - {id: c, type: TIME, after: «noon», before: '18:00'}
",
        &[
            "warning value-date: `after`: `tomorrow` is not a date",
            "warning value-date: `before`: `2024-01-31` is not a moment with a zone",
            "warning value-date: `after`: `noon` is not a time of day",
        ],
    ),
    row(
        "after comes earlier than before, and a default between them",
        "
inputs:
  - {id: a, type: DATE, after: «2024-02-01», before: 2024-01-01}
  - {id: b, type: TIME, after: «'12:00'», before: '12:00:00'}
  - {id: c, type: DATE, after: 2024-02-01, defaults: «2024-01-01»}
  - {id: d, type: DATETIME, before: '2024-01-01T00:00:00Z', defaults: «'2024-01-01T00:00:00-01:00'»}
",
        &[
            "warning value-range: `after` 2024-02-01 is not earlier than `before` 2024-01-01",
            "warning value-range: `after` 12:00 is not earlier than `before` 12:00:00",
            "warning input-default: the default `2024-01-01`: it must be after `2024-02-01`",
            "warning input-default: the default `2024-01-01T00:00:00-01:00`: it must be before `2024-01-01T00:00:00Z`",
        ],
    ),
    row(
        "dates, times and durations that are right say nothing, with or without quotes",
        "
inputs:
  - {id: a, type: DATETIME, defaults: 2023-12-24T14:00:00.000Z, after: '2023-01-01T00:00:00+02:00'}
  - {id: b, type: DATE, defaults: 2024-02-29, after: '2024-01-01', before: '2025-01-01'}
  - {id: c, type: TIME, defaults: 09:30, before: '18:00'}
  - {id: d, type: DURATION, defaults: P1DT2H, min: PT1S, max: P2D}
  - {id: e, type: DURATION, defaults: 30}
",
        &[],
    ),
];

const TEXTS: &[Row] = &[
    row(
        "an address has the form of one",
        "
inputs:
  - {id: a, type: EMAIL, defaults: «ada»}
  - {id: b, type: EMAIL, defaults: «Ada <ada@company.com>»}
  - {id: c, type: URI, defaults: «kestra.io/docs»}
  - {id: d, type: URI, defaults: «'https://company.com/two words'»}
",
        &[
            "warning input-default: the default `ada` is not an address for mail",
            "warning input-default: the default `Ada <ada@company.com>` is not an address for mail",
            "warning input-default: the default `kestra.io/docs` is not an address with a scheme",
            "warning input-default: the default `https://company.com/two words` is not an address with a scheme",
        ],
    ),
    row(
        "a text as default of a JSON is JSON",
        "inputs: [{id: a, type: JSON, defaults: «'{a: 1}'»}]",
        &["warning input-default: the default `{a: 1}` is not JSON"],
    ),
    row(
        "texts that are right say nothing, nor do other scalars where text is asked for",
        "
inputs:
  - {id: a, type: EMAIL, defaults: ada.l+x@company.com}
  - {id: b, type: URI, defaults: 'kestra:///a/b.csv'}
  - {id: c, type: JSON, defaults: '[{\"a\": 1}]'}
  - {id: d, type: JSON, defaults: {a: [1]}}
  - {id: e, type: JSON, defaults: true}
  - {id: f, type: STRING, defaults: 5}
  - {id: g, type: STRING, defaults: x, validator: '[0-9]+'}
  - {id: h, type: BOOL, defaults: 'yes'}
  - {id: i, type: YAML, defaults: 'a: b'}
",
        &[],
    ),
    row(
        "expressions are never looked at",
        "
inputs:
  - {id: a, type: INT, defaults: '{{ 1 }}', min: 5}
  - {id: b, type: DATE, defaults: \"{{ now() | date('yyyy-MM-dd') }}\", after: '{{ now() }}'}
  - {id: c, type: URI, defaults: '{% if true %}x{% endif %}'}
  - {id: d, type: ARRAY, itemType: INT, defaults: ['{{ 1 }}', 2]}
  - {id: e, type: MULTISELECT, values: [x], defaults: '{{ [1] }}'}
",
        &[],
    ),
];

const LISTS: &[Row] = &[
    row(
        "the default of an array is a list, of elements of their type",
        "
inputs:
  - {id: a, type: ARRAY, itemType: STRING, defaults: «'x, y'»}
  - {id: b, type: ARRAY, itemType: INT, defaults: [1, «x», «[2]»]}
  - {id: c, type: ARRAY, itemType: DATE, defaults: «'[\"2024-01-01\", \"soon\"]'»}
  - {id: d, type: ARRAY, itemType: STRING, defaults: «{x: y}»}
  - {id: e, type: ARRAY, itemType: STRING, defaults: «5»}
",
        &[
            "warning input-default: the default `x, y` is not a list",
            "warning input-default: the default's element `x` is not a whole number of 32 bits",
            "warning input-default: the default's element is a list, not a whole number of 32 bits",
            "warning input-default: the default's element `soon` is not a date",
            "warning input-default: the default is a map, not a list",
            "warning input-default: the default `5` is not a list",
        ],
    ),
    row(
        "the default of a MULTISELECT is made of its values",
        "
inputs:
  - {id: a, type: MULTISELECT, values: [one, two], defaults: [one, «tow»]}
  - {id: b, type: MULTISELECT, options: [one], defaults: «'[\"two\"]'»}
  - {id: c, type: MULTISELECT, values: [one], defaults: «one»}
  - {id: d, type: MULTISELECT, values: [1, 2], itemType: INT, defaults: [«x»]}
",
        &[
            "warning input-default: the default's element `tow` is not one of the values",
            "warning input-default: the default's element `two` is not one of the values",
            "warning input-default: the default `one` is not a list",
            "warning input-default: the default's element `x` is not a whole number of 32 bits",
            "warning input-default: the default's element `x` is not one of the values",
        ],
    ),
    row(
        "the default of an ENUM, and the prefill of a SELECT, is one of the values",
        "inputs: [{id: a, type: ENUM, values: [x], defaults: «z»}, \
         {id: b, type: SELECT, values: [x], prefill: «z», required: false}]",
        &[
            "warning input-default: the default `z` is not one of the values",
            "warning input-default: the prefill `z` is not one of the values",
        ],
    ),
    row(
        "lists, lists in JSON, and values of one's own where they are allowed are fine",
        "
inputs:
  - {id: a, type: ARRAY, itemType: INT, defaults: [1, '2']}
  - {id: b, type: ARRAY, itemType: INT, defaults: '[1, \"2\"]'}
  - {id: c, type: ARRAY, itemType: STRING, defaults: []}
  - {id: d, type: MULTISELECT, values: [1, two], defaults: ['1', two]}
  - {id: e, type: MULTISELECT, values: [x], allowCustomValue: true, defaults: [y]}
  - {id: f, type: MULTISELECT, expression: '{{ [1] }}', defaults: [y]}
  - {id: g, type: MULTISELECT, values: [{value: x, label: X}], defaults: [x]}
",
        &[],
    ),
];

const PLACES: &[Row] = &[
    row(
        "a suggestion is a value of the type too",
        "inputs: [{id: a, type: INT, required: false, prefill: «abc»}, \
         {id: b, type: INT, required: false, max: 5, prefill: «6»}]",
        &[
            "warning input-default: the prefill `abc` is not a whole number of 32 bits",
            "warning input-default: the prefill `6`: it must be less than `5`",
        ],
    ),
    row(
        "inputs of a form and of a pause follow the same rules",
        "
inputs: [{id: f, type: FORM, inputs: [{id: a, type: INT, defaults: «abc»}]}]
tasks: [{id: p, type: P.flow.Pause, onResume: [{id: a, type: DURATION, defaults: «5m»}]}]
",
        &[
            "warning input-default: the default `abc` is not a whole number of 32 bits",
            "warning input-default: the default `5m` is not a duration",
        ],
    ),
];
