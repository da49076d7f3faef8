use super::ion_to_yaml::IonToYaml;
use super::json_to_yaml::JsonToYaml;
use super::yaml_to_ion::YamlToIon;
use super::yaml_to_json::YamlToJson;
use crate::testing::converted;

#[tokio::test]
async fn documents_and_items_of_lists_become_rows() {
    for (content, expected) in [
        ("a: 1\nb: [x, ~]\n", "1: {a:1,b:[\"x\",null]}\n"),
        ("- a: 1\n  b: |\n    - x\n- a: 2\n", "2: {a:1,b:\"- x\\n\"}\n{a:2}\n"),
        ("# all\n%YAML 1.2\n---\na: 1\n---\n# two\n- 2\n- 3\n...\n---\n4\n", "4: {a:1}\n2\n3\n4\n"),
        ("--- {a: 1}\n--- [2, 3]\n", "3: {a:1}\n2\n3\n"),
        ("-\n  a: 1\n-\n", "2: {a:1}\nnull\n"),
        (
            "a: 12345678901234567890\nb: 1.5\nc: 2026-05-06\nd: ''\n",
            "1: {a:12345678901234567890,b:1.5e0,c:\"2026-05-06\",d:\"\"}\n",
        ),
        ("", "0: "),
    ] {
        assert_eq!(converted::<YamlToIon>(content.as_bytes(), "").await, expected, "{content}");
    }
    for (content, expected) in [
        ("a: 1\n---\na: [1\n", "line 3"),
        ("a: &x 1\nb: *x\n", "line 2, column 4: aliases"),
        ("- a: 1\n- b: 'x\n- c: 2", "line "),
    ] {
        let told = converted::<YamlToIon>(content.as_bytes(), "").await;
        assert!(told.starts_with("failed: ") && told.contains(expected), "{content}: {told}");
    }
}

#[tokio::test]
async fn yaml_becomes_json() {
    for (content, more, expected) in [
        ("a: 1\n", "", "1: {\"a\":1}"),
        ("- 1\n- {b: 2}\n", "", "2: [1,{\"b\":2}]"),
        ("- 1\n---\n- 2\n", "", "2: [[1],[2]]"),
        ("a: 1\n---\nb: 2\n", "jsonl: true", "2: {\"a\":1}\n{\"b\":2}\n"),
        ("- 1\n- 2\n", "jsonl: true", "2: 1\n2\n"),
    ] {
        assert_eq!(converted::<YamlToJson>(content.as_bytes(), more).await, expected, "{content}");
    }
}

/// What is written is read again.
#[tokio::test]
async fn what_is_written_is_read_again() {
    let rows = "{a:1,b:\"x: y\",c:[1,{d:null}],e:\"\",f:1.5e0,g:\"12\",h:\"- no\\n# list\"}\n{a:2}\n";
    let yaml = converted::<IonToYaml>(rows.as_bytes(), "").await;
    let yaml = yaml.strip_prefix("2: ").unwrap();
    assert_eq!(converted::<YamlToIon>(yaml.as_bytes(), "").await, format!("2: {rows}"), "{yaml}");
    for (rows, expected) in [
        ("", "0: "),
        ("{a:1}", "1: a: 1\n"),
        ("[1]", "1: - 1\n"),
        ("{a:1}\n{b:2}\n", "2: ---\na: 1\n---\nb: 2\n"),
    ] {
        assert_eq!(converted::<IonToYaml>(rows.as_bytes(), "").await, expected, "{rows}");
    }

    for (json, more, expected) in [
        ("[{\"a\":1},{\"a\":2}]", "", "2: ---\na: 1\n---\na: 2\n"),
        ("[{\"a\":1}]", "", "1: a: 1\n"),
        ("{\"a\":1}\n", "jsonl: true", "1: a: 1\n"),
        ("[]", "", "0: "),
    ] {
        assert_eq!(converted::<JsonToYaml>(json.as_bytes(), more).await, expected, "{json}");
    }
    let json = "[{\"a\":1,\"b\":[]},\"x\"]";
    let yaml = converted::<JsonToYaml>(json.as_bytes(), "").await;
    let yaml = yaml.strip_prefix("2: ").unwrap();
    assert_eq!(converted::<YamlToJson>(yaml.as_bytes(), "").await, format!("2: {json}"), "{yaml}");
    let lines = "{\"a\":1}\n{\"b\":{\"c\":2}}\n\"\"\n";
    let yaml = converted::<JsonToYaml>(lines.as_bytes(), "jsonl: true").await;
    let yaml = yaml.strip_prefix("3: ").unwrap();
    assert_eq!(
        converted::<YamlToJson>(yaml.as_bytes(), "jsonl: true").await,
        format!("3: {lines}"),
        "{yaml}"
    );
}
