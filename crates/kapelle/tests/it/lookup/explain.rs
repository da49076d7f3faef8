use super::{complaint, json, printed};

#[test]
fn without_a_code_all_are_listed() {
    let list = printed(&["explain"]);
    let line = list.lines().find(|line| line.starts_with("property-unknown ")).unwrap();
    assert!(line.contains("  error"), "{line}");
    assert_eq!(json(&["explain", "--format", "json"]).as_array().unwrap().len(), list.lines().count());
}

#[test]
fn a_code_is_explained_as_it_is_reported() {
    let page = printed(&["explain", "property-unknown"]);
    assert!(page.contains("property-unknown"), "{page}");
    assert_eq!(page, printed(&["explain", "error[property-unknown]:"]));
    let described = json(&["explain", "property-unknown", "--format", "json"]);
    assert_eq!(described["code"], "property-unknown");
    assert_eq!(described["severity"], "error");
}

#[test]
fn an_unknown_code_leads_to_the_nearest() {
    assert_eq!(
        complaint(&["explain", "propery-unknown"]),
        "error: there is no code `propery-unknown`; did you mean `property-unknown`?\n"
    );
    assert_eq!(complaint(&["explain", "x"]), "error: there is no code `x`; `kapelle explain` lists all\n");
}
