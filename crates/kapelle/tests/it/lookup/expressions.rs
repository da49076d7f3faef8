use super::{complaint, json, printed};

#[test]
fn all_are_listed_by_group() {
    let list = printed(&["expressions"]);
    for line in ["checks", "operators", "tags", "  a ?? b ", "  is even ", "  | upper ", "  fromJson(json) "]
    {
        assert!(list.lines().any(|found| found.starts_with(line)), "{line}\n{list}");
    }
    assert!(list.lines().all(|line| line.chars().count() <= 80), "{list}");
    let tests = json(&["expressions", "--kind", "test", "--format", "json"]);
    let tests = tests.as_array().unwrap();
    assert!(!tests.is_empty() && tests.iter().all(|entry| entry["kind"] == "test"));
}

#[test]
fn a_name_has_a_page() {
    insta::assert_snapshot!(printed(&["expressions", "json"]), @r#"
    is json
    test, group checks

    Whether the text is JSON.

    Example
      {{ '[1, 2]' is json }} {{ 'hello' is json }}
    gives
      true false

    | json
    filter, group json

    The old name of `toJson`.
    Only at language level 1: Kestra 2.0 has it no more.

    Example
      {{ {'a': 1} | json }}
    gives
      {"a":1}

    json(json)
    function, group json

    The old name of `fromJson`.
    Only at language level 1: Kestra 2.0 has it no more.

    Example
      {{ json('{"n": 1}').n }}
    gives
      1
    "#);
    insta::assert_snapshot!(printed(&["expressions", "??"]), @"
    a ?? b
    operator

    a, or b where a is null or does not exist.
    Binds with 120 at language level 1, with 30 at level 2.

    Example
      {{ inputs.day ?? 'today' }}
    gives
      today
    ");
    insta::assert_snapshot!(printed(&["expressions", "slice", "--format", "json"]), @r#"
    [
      {
        "name": "slice",
        "kind": "filter",
        "group": "collections",
        "signature": "| slice(fromIndex=0, toIndex=length)",
        "summary": "The part of a list or text from one index up to another.",
        "levels": [
          1,
          2
        ],
        "example": {
          "template": "{{ 'Mitch' | slice(1, 3) }} {{ [1, 2, 3] | slice(1) }}",
          "result": "it [2,3]"
        },
        "parameters": [
          {
            "name": "fromIndex",
            "required": false,
            "default": "0"
          },
          {
            "name": "toIndex",
            "required": false,
            "default": "length"
          }
        ]
      }
    ]
    "#);
    assert!(printed(&["expressions", "-"]).contains("The difference"));
}

#[test]
fn an_unknown_name_leads_to_the_nearest() {
    assert_eq!(
        complaint(&["expressions", "slcie"]),
        "error: expressions have no `slcie`; did you mean `slice`?\n"
    );
    assert_eq!(
        complaint(&["expressions", "slice", "--kind", "tag"]),
        "error: expressions have no `slice`; `kapelle expressions` lists all\n"
    );
}
