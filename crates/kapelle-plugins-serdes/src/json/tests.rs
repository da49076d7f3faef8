use super::ion_to_json::IonToJson;
use super::json_to_ion::JsonToIon;
use super::json_to_jsonl::JsonToJsonl;
use crate::testing::converted;

#[tokio::test]
async fn values_become_rows() {
    for (content, more, expected) in [
        ("{\"a\":1}\n{\"a\":2}\n", "", "2: {a:1}\n{a:2}\n"),
        ("{\"a\":1},\n{\"a\":2}", "", "2: {a:1}\n{a:2}\n"),
        ("{\n \"a\" : [ 1 , null ] }\n\n7", "", "2: {a:[1,null]}\n7\n"),
        ("[{\"a\":1}, {\"a\":2}]", "newLine: false", "2: {a:1}\n{a:2}\n"),
        ("[{\"a\":1}]", "", "1: [{a:1}]\n"),
        ("{\"a\":1}", "newLine: false", "1: {a:1}\n"),
        ("[]", "newLine: false", "0: "),
        ("", "", "0: "),
        (
            r#"["\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"]"#,
            "newLine: false",
            "1: \"\\\"\\\\/\\b\\f\\n\\r\\té😀\"\n",
        ),
        (
            "1.5 -0.0 1e2 12345678901234567890 0.1 123456789012345.678901 1e400 1.10",
            "",
            "8: 1.5e0\n-0e0\n100e0\n12345678901234567890\n0.1e0\n123456789012345.678901\n1d400\n1.1e0\n",
        ),
    ] {
        assert_eq!(converted::<JsonToIon>(content.as_bytes(), more).await, expected, "{content}");
    }
}

#[tokio::test]
async fn what_is_no_json_is_told_with_its_place() {
    for (content, more, expected) in [
        ("{\"a\":1}\n{\"a\" 2}", "", "at line 2, column 6 there is `2` where `:` is expected"),
        ("[1 2]", "newLine: false", "at line 1, column 4 there is `2` where `,` or `]` is expected"),
        ("[1", "newLine: false", "the file ends where `,` or `]`"),
        ("[1] 2", "newLine: false", "there is `2` where the end of the file is expected"),
        ("{a:1}", "", "where a name in quotes is expected"),
        ("\"a\nb\"", "", "where the end of a text in quotes is expected"),
        ("\"\\ud83d\"", "", "the second half of a character"),
        ("\"\\udc00\"", "", "a character that exists"),
        ("01", "", "`01` is no number"),
        ("1e9999", "", "`1e9999` is no number"),
        ("tru", "", "the file ends where `true` is expected"),
        ("", "newLine: false", "the file is empty"),
    ] {
        let told = converted::<JsonToIon>(content.as_bytes(), more).await;
        assert!(told.starts_with("failed: ") && told.contains(expected), "{content}: {told}");
    }
    let deep = "[".repeat(200);
    assert!(converted::<JsonToIon>(deep.as_bytes(), "").await.contains("more than 128 lists"));
}

#[tokio::test]
async fn rows_become_json() {
    let rows = "{a:null,s:\"ä\\n\",d:1.10,i:12345678901234567890,b:{{YWJj}},l:[{b:{{YQ==}}}]}\n\
                {z:ZonedDateTime::\"2026-05-06T07:08:09+09:00[Asia/Tokyo]\",day:2026-05-06}\n";
    let first = r#"{"a":null,"s":"ä\n","d":1.10,"i":12345678901234567890,"b":"YWJj","l":[{"b":"YQ=="}]}"#;
    let second = r#"{"z":"2026-05-05T22:08:09Z","day":"2026-05-06"}"#;
    assert_eq!(converted::<IonToJson>(rows.as_bytes(), "").await, format!("2: {first}\n{second}\n"));
    let list = converted::<IonToJson>(rows.as_bytes(), "newLine: false").await;
    assert_eq!(list, format!("2: [{first},{second}]"));
    assert_eq!(converted::<IonToJson>(b"", "newLine: false").await, "0: []");
    let zoned = converted::<IonToJson>(rows.as_bytes(), "timeZoneId: Asia/Tokyo").await;
    assert!(zoned.contains("2026-05-06T07:08:09+09:00"), "{zoned}");
    assert_eq!(
        converted::<IonToJson>(b"{day:2026-05-06,n:1}", "shouldKeepAnnotations: true").await,
        "1: {\"day\":{\"ion_annotations\":[\"LocalDate\"],\"value\":\"2026-05-06\"},\"n\":1}\n"
    );
}

#[tokio::test]
async fn lists_become_lines() {
    for (content, expected) in [
        ("[{\"a\": 1},\n 2, [3]]", "3: {\"a\":1}\n2\n[3]\n"),
        ("{\"a\":1}\n{\"a\":2}", "2: {\"a\":1}\n{\"a\":2}\n"),
        ("[]", "0: "),
    ] {
        assert_eq!(converted::<JsonToJsonl>(content.as_bytes(), "").await, expected, "{content}");
    }
}
