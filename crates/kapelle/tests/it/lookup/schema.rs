use super::{json, printed};

#[test]
fn the_schema_is_one_line_unless_asked_otherwise() {
    assert_eq!(printed(&["schema"]).lines().count(), 1);
    assert!(printed(&["schema", "--pretty"]).lines().count() > 10_000);
    let schema = json(&["schema"]);
    assert_eq!(schema, json(&["schema", "--pretty"]));
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    assert!(schema["definitions"].get("io.kestra.plugin.core.log.Log").is_some());
}
