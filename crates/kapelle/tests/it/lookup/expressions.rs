use super::{complaint, json, printed};

#[test]
fn all_are_listed_by_group() {
    let list = printed(&["expressions"]);
    for line in ["checks", "operators", "tags", "  a ?? b ", "  is even ", "  | upper ", "  fromJson(json) "] {
        assert!(list.lines().any(|found| found.starts_with(line)), "{line}\n{list}");
    }
    assert!(list.lines().all(|line| line.chars().count() <= 80), "{list}");
    let tests = json(&["expressions", "--kind", "test", "--format", "json"]);
    let tests = tests.as_array().unwrap();
    assert!(!tests.is_empty() && tests.iter().all(|entry| entry["kind"] == "test"));
}

#[test]
fn a_name_has_a_page() {
    insta::assert_snapshot!(printed(&["expressions", "json"]), @"");
    insta::assert_snapshot!(printed(&["expressions", "??"]), @"");
    insta::assert_snapshot!(printed(&["expressions", "slice", "--format", "json"]), @"");
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
