use crate::json::json_to_toon::JsonToToon;
use crate::json::toon_to_json::ToonToJson;
use crate::testing::converted;

#[tokio::test]
async fn documents_survive_there_and_back() {
    for (json, toon) in [
        (r#"{"id":1,"name":"Ada"}"#, "id: 1\nname: Ada"),
        (r#"{"tags":["a","b c",1,null,true]}"#, "tags[5]: a,b c,1,null,true"),
        (
            r#"{"items":[{"sku":"A1","qty":2},{"sku":"B,2","qty":1}]}"#,
            "items[2]{sku,qty}:\n  A1,2\n  \"B,2\",1",
        ),
        (r#"{"a":{"b":{},"c":[]}}"#, "a:\n  b:\n  c[0]:"),
        (r#"{"m":[1,{"a":1,"b":[2]},[3,4],{}]}"#, "m[4]:\n  - 1\n  - a: 1\n    b[1]: 2\n  - [2]: 3,4\n  -"),
        (r#"{"l":[{"u":[{"i":1},{"i":2}],"s":"x"}]}"#, "l[1]:\n  - u[2]{i}:\n      1\n      2\n    s: x"),
        (r#"{"l":[{"o":{"x":1},"s":2}]}"#, "l[1]:\n  - o:\n      x: 1\n    s: 2"),
        (r#"[{"a":1},{"a":2}]"#, "[2]{a}:\n  1\n  2"),
        (r"[[1],[]]", "[2]:\n  - [1]: 1\n  - [0]:"),
        (r#"["x","y"]"#, "[2]: x,y"),
        (r"{}", ""),
        (r#""hello""#, "hello"),
        (
            r#"{"t":"true","n":"1","e":"","s":" x","d":"-a","q":"a\"b\\\n","c":"a:b","a b":1}"#,
            "t: \"true\"\nn: \"1\"\ne: \"\"\ns: \" x\"\nd: \"-a\"\nq: \"a\\\"b\\\\\\n\"\nc: \"a:b\"\n\"a b\": 1",
        ),
        (r#"{"n":[1.5,12345678901234567890,-2,0.1]}"#, "n[4]: 1.5,12345678901234567890,-2,0.1"),
    ] {
        let given = converted::<JsonToToon>(json.as_bytes(), "").await;
        assert_eq!(given.split_once(": ").unwrap().1, toon, "{json}");
        let back = converted::<ToonToJson>(toon.as_bytes(), "").await;
        assert_eq!(back.split_once(": ").unwrap().1, json, "{toon}");
    }
}

#[tokio::test]
async fn what_is_no_toon_is_told() {
    for (toon, expected) in [
        ("a[2]: 1", "at line 1: the list has 1 items where 2 are announced"),
        ("a[1]{x,y}:\n  1", "at line 2: the row has 1 values where 2 are expected"),
        ("a: \"x", "at line 1: a text in quotes has no end"),
        ("a: 1\n   b: 2", "at line 2: lines are indented by 2 blanks"),
        ("a: 1\n    b: 2", "at line 2: this line belongs to nothing"),
        ("a: 1\nb", "at line 2: a field with `:` is expected"),
    ] {
        let told = converted::<ToonToJson>(toon.as_bytes(), "").await;
        assert!(told.starts_with("failed: it is no TOON") && told.contains(expected), "{toon}: {told}");
    }
}
