use kapelle_core::expression::plain;
use kapelle_model::{Map, Value};
use kapelle_plugin::stage::Stage;
use kapelle_plugin::{Metric, Purged, Task};

use super::concat::Concat;
use super::deduplicate_items::DeduplicateItems;
use super::delete::Delete;
use super::filter_items::FilterItems;
use super::local_files::LocalFiles;
use super::purge_current_execution_files::PurgeCurrentExecutionFiles;
use super::purge_storage::PurgeStorage;
use super::reverse::Reverse;
use super::size::Size;
use super::split::Split;
use super::spool::HELD_BYTES_MAX;
use super::write::Write;

/// A stage with some files.
fn stage() -> Stage {
    let stage = Stage::new();
    stage.put_file("lines.txt", b"b\na\nb\n");
    stage.put_file("open.txt", b"b\na");
    stage.put_file("empty.txt", b"");
    stage.put_file("items.ion", b"{k:\"x\",n:1}\n{\"k\": \"y\", \"n\": 2}\n\n{k:\"x\",n:3}\n");
    stage.put_file("odd.ion", b"{n:\"x\"}\n{n:2}\n");
    stage
}

/// What a task gives as JSON, with the contents of files behind the endings of their names.
fn shown(stage: &Stage, value: &Value) -> Value {
    match value {
        Value::Str(text) if text.expose().starts_with("kestra:///t/new") => {
            let name = text.expose().trim_start_matches("kestra:///t/new");
            let ending = name.trim_start_matches(|character: char| character.is_ascii_digit());
            Value::from(&*format!("{ending}:{}", stage.content(text.expose())))
        }
        Value::List(items) => {
            Value::List(items.iter().map(|item| shown(stage, item)).collect::<Vec<_>>().into())
        }
        Value::Map(map) => Value::Map(
            map.iter().map(|(key, value)| (key.clone(), shown(stage, value))).collect::<Map>().into(),
        ),
        other => other.clone(),
    }
}

async fn story<T: Task>(stage: &Stage, written: &str) -> String {
    match stage.run::<T>(written).await {
        Ok(given) => {
            let given = shown(stage, &Value::Map(given.into()));
            plain::to_json(&given, &jiff::tz::TimeZone::UTC, true, 1 << 20).unwrap().expose().to_owned()
        }
        Err(broken) => format!("failed: {}", broken.failure),
    }
}

/// Each row in a world of its own.
async fn check<T: Task>(table: &[(&str, &str)]) {
    for (written, expected) in table {
        assert_eq!(story::<T>(&stage(), written).await, *expected, "{written}");
    }
}

#[tokio::test]
async fn a_text_becomes_a_file() {
    check::<Write>(&[
        ("content: 'n {{ flow.id }}'", r#"{"uri":".tmp:n f"}"#),
        ("{content: '', extension: .csv}", r#"{"uri":".csv:"}"#),
    ])
    .await;
}

#[tokio::test]
async fn sizes_are_told() {
    check::<Size>(&[
        ("uri: 'kestra:///t/lines.txt'", r#"{"size":6}"#),
        (
            "uri: 'kestra:///t/none'",
            "failed: the file `kestra:///t/none` does not exist in the internal storage",
        ),
        ("uri: 'http://x'", "failed: Invalid internal storage scheme, got uri 'http://x'"),
    ])
    .await;
}

#[tokio::test]
async fn files_are_joined_with_a_separator_after_each() {
    check::<Concat>(&[
        (
            "{files: ['kestra:///t/open.txt', 'kestra:///t/lines.txt'], separator: ';'}",
            r#"{"uri":".tmp:b\na;b\na\nb\n;"}"#,
        ),
        ("{files: '[\"kestra:///t/open.txt\"]', extension: .yml}", r#"{"uri":".yml:b\na"}"#),
        ("files: nonsense", "failed: `nonsense` does not fit: it is no list"),
        ("files: ['kestra:///t/none']", "failed: there is no file kestra:///t/none"),
    ])
    .await;
}

#[tokio::test]
async fn a_file_is_deleted_once() {
    check::<Delete>(&[
        ("uri: 'kestra:///t/open.txt'", r#"{"uri":"kestra:///t/open.txt","deleted":true}"#),
        ("uri: 'kestra:///t/none'", r#"{"uri":"kestra:///t/none","deleted":false}"#),
        (
            "{uri: 'kestra:///t/none', errorOnMissing: true}",
            "failed: the file `kestra:///t/none` does not exist in the internal storage",
        ),
        ("uri: 'file:///t/none'", "failed: Invalid internal storage scheme, got uri 'file:///t/none'"),
    ])
    .await;
}

#[tokio::test]
async fn lines_are_reversed() {
    check::<Reverse>(&[
        ("from: 'kestra:///t/open.txt'", r#"{"uri":".txt:a\nb\n"}"#),
        ("from: 'kestra:///t/empty.txt'", r#"{"uri":".txt:"}"#),
        ("{from: 'kestra:///t/open.txt', separator: ''}", r#"{"uri":".txt:b\na"}"#),
        ("{from: 'kestra:///t/lines.txt', separator: \"\\na\\n\"}", r#"{"uri":".txt:b\n\na\nb\na\n"}"#),
        ("{from: 'kestra:///t/lines.txt', charset: ISO-8859-1}", r#"{"uri":".txt:b\na\nb\n"}"#),
        (
            "{from: 'kestra:///t/lines.txt', charset: UTF-16}",
            "failed: the charset `UTF-16` is not known here: there are UTF-8, US-ASCII, ISO-8859-1",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_file_is_split_in_four_ways() {
    for (how, batches) in [
        ("rows: 2", r#"[".txt:b\na\n",".txt:b\n"]"#),
        ("rows: 9", r#"[".txt:b\na\nb\n"]"#),
        ("bytes: 3", r#"[".txt:b\na\n",".txt:b\n"]"#),
        ("bytes: 4", r#"[".txt:b\na\n",".txt:b\n"]"#),
        ("bytes: 1", r#"[".txt:b\n",".txt:a\n",".txt:b\n"]"#),
        ("bytes: 1KB", r#"[".txt:b\na\nb\n"]"#),
        ("partitions: 2", r#"[".txt:b\nb\n",".txt:a\n"]"#),
        ("partitions: 9", r#"[".txt:b\n",".txt:a\n",".txt:b\n"]"#),
        ("regexPattern: '(\\w)'", r#"[".txt:b\nb\n",".txt:a\n"]"#),
        ("regexPattern: '(a)'", r#"[".txt:a\n"]"#),
        ("rows: 1, separator: a", r#"[".txt:b\na",".txt:\nb\na"]"#),
    ] {
        let written = format!("{{from: 'kestra:///t/lines.txt', {how}}}");
        assert_eq!(story::<Split>(&stage(), &written).await, format!("{{\"uris\":{batches}}}"), "{how}");
    }
    check::<Split>(&[
        ("{from: 'kestra:///t/empty.txt', rows: 1}", r#"{"uris":[]}"#),
        (
            "from: 'kestra:///t/lines.txt'",
            "failed: Invalid configuration with no size, count, rows, nor regexPattern",
        ),
        ("{from: 'kestra:///t/lines.txt', bytes: 8B}", "failed: Invalid size with value '8B'"),
        (
            "{from: 'kestra:///t/lines.txt', rows: 0}",
            "failed: `0` in the property `rows` does not fit: it is no number above 0",
        ),
    ])
    .await;
}

#[tokio::test]
async fn items_are_filtered_as_they_are_written() {
    let first = r#"{k:\"x\",n:1}\n"#;
    let second = r#"{\"k\": \"y\", \"n\": 2}\n"#;
    let third = r#"{k:\"x\",n:3}\n"#;
    let filtered = |kept: &str, total: u32, dropped: u32| {
        format!("{{\"uri\":\".ion:{kept}\",\"processedItemsTotal\":{total},\"droppedItemsTotal\":{dropped}}}")
    };
    let all = "from: 'kestra:///t/items.ion', filterCondition";
    let odd = "from: 'kestra:///t/odd.ion', filterCondition: '{{ n % 2 == 0 }}'";
    for (written, expected) in [
        (format!("{{{all}: '{{{{ n > 1 }}}}'}}"), filtered(&format!("{second}{third}"), 3, 1)),
        (format!("{{{all}: '{{{{ n > 1 }}}}', filterType: EXCLUDE}}"), filtered(first, 3, 2)),
        (format!("{{{all}: 'true'}}"), filtered(&format!("{first}{second}{third}"), 3, 0)),
        (format!("{{{odd}, errorOrNullBehavior: INCLUDE}}"), filtered(r#"{n:\"x\"}\n{n:2}\n"#, 2, 0)),
        (format!("{{{odd}, errorOrNullBehavior: EXCLUDE}}"), filtered(r"{n:2}\n", 2, 1)),
    ] {
        assert_eq!(story::<FilterItems>(&stage(), &written).await, expected, "{written}");
    }
    assert!(story::<FilterItems>(&stage(), &format!("{{{odd}}}")).await.starts_with("failed: "));
    let nothing = "{from: 'kestra:///t/items.ion', filterCondition: '{{ null }}'}";
    assert_eq!(
        story::<FilterItems>(&stage(), nothing).await,
        r#"failed: the condition gave nothing for the item `{k:"x",n:1}`"#
    );
    let lines = "{from: 'kestra:///t/lines.txt', filterCondition: 'true'}";
    assert!(story::<FilterItems>(&stage(), lines).await.starts_with("failed: "));
}

#[tokio::test]
async fn the_last_item_of_each_key_is_kept() {
    check::<DeduplicateItems>(&[(
        "{from: 'kestra:///t/items.ion', expr: ' {{ k }} '}",
        r#"{"uri":".ion:{\"k\": \"y\", \"n\": 2}\n{k:\"x\",n:3}\n","numKeys":2,"processedItemsTotal":3,"droppedItemsTotal":1}"#,
    )])
    .await;
}

#[tokio::test]
async fn local_files_come_and_go() {
    check::<LocalFiles>(&[
        ("{inputs: {a.txt: '{{ flow.id }}'}, outputs: ['*.txt']}", r#"{"uris":{"a.txt":"-a.txt:f"}}"#),
        ("inputs: {a.txt: a}", r#"{"uris":{}}"#),
        ("{}", r#"{"uris":{}}"#),
    ])
    .await;
}

#[tokio::test]
async fn all_files_of_the_execution_are_deleted() {
    let stage = Stage::new();
    stage.put_file("b", b"");
    stage.put_file("a", b"");
    let expected = r#"{"uris":["kestra:///t/a","kestra:///t/b"]}"#;
    assert_eq!(story::<PurgeCurrentExecutionFiles>(&stage, "{}").await, expected);
    assert_eq!(story::<PurgeCurrentExecutionFiles>(&stage, "{}").await, r#"{"uris":[]}"#);
}

#[tokio::test]
async fn old_files_are_only_counted_unless_it_is_meant() {
    for (more, is_dry) in [("", true), (", dryRun: false", false)] {
        let stage = Stage::new();
        *stage.memory().purged.lock().unwrap() =
            Purged { scanned: 3, executions: 2, files: 5, ..Purged::default() };
        let written = format!("{{namespace: team, endDate: '2026-01-01T00:00:00Z'{more}}}");
        let expected = r#"{"scannedCount":3,"purgedCount":2,"deletedFilesCount":5}"#;
        assert_eq!(story::<PurgeStorage>(&stage, &written).await, expected);
        let requests = stage.memory().requests();
        assert!(requests[0].starts_with("purge files"));
        assert!(requests[0].contains(&format!("is_dry: {is_dry}")), "{}", requests[0]);
        assert_eq!(
            stage.metrics(),
            [
                Metric::counter("scanned", 3.0),
                Metric::counter("purged", 2.0),
                Metric::counter("deleted.files", 5.0)
            ]
        );
    }
    assert_eq!(
        story::<PurgeStorage>(&Stage::new(), "{flowId: f, endDate: '2026-01-01T00:00:00Z'}").await,
        "failed: `flowId` needs `namespace`: add it"
    );
}

/// A file that is larger than what is held in memory, of long lines that are numbers.
fn large() -> (Stage, String, usize) {
    let count = HELD_BYTES_MAX / 500;
    let lines: Vec<String> = (0..count).map(|number| format!("{number:01000}")).collect();
    let content = lines.join("\n");
    assert!(content.len() > HELD_BYTES_MAX);
    let stage = Stage::new();
    let uri = stage.put_file("large.txt", content.as_bytes());
    (stage, uri, count)
}

#[tokio::test]
async fn files_need_not_fit_into_memory() {
    let (stage, uri, count) = large();
    let given = stage.run::<Reverse>(&format!("from: '{uri}'")).await.unwrap();
    let Value::Str(reversed) = &given["uri"] else { panic!("{given:?}") };
    let reversed = stage.content(reversed.expose());
    let expected = (0..count).rev();
    assert!(reversed.lines().map(|line| line.parse::<usize>().unwrap()).eq(expected));

    for how in ["partitions: 3", "regexPattern: '([0-2])$'"] {
        let given = stage.run::<Split>(&format!("{{from: '{uri}', {how}}}")).await.unwrap();
        let Value::List(uris) = &given["uris"] else { panic!("{given:?}") };
        assert_eq!(uris.len(), 3);
        for (place, part) in uris.iter().enumerate() {
            let Value::Str(part) = part else { panic!("{part:?}") };
            let step = if how.starts_with('p') { 3 } else { 10 };
            let numbers = stage.content(part.expose());
            let numbers = numbers.lines().map(|line| line.parse::<usize>().unwrap());
            assert!(numbers.eq((place..count).step_by(step)), "{how} {place}");
        }
    }
    let left = std::fs::read_dir(stage.directory()).unwrap().count();
    assert_eq!(left, 0, "what was held on the disk is gone");
}

#[tokio::test]
async fn reading_ends_when_the_attempt_is_stopped() {
    let stage = stage();
    stage.stop();
    assert!(stage.run::<Reverse>("from: 'kestra:///t/lines.txt'").await.unwrap_err().is_killed);
    assert!(stage.run::<Concat>("files: ['kestra:///t/lines.txt']").await.unwrap_err().is_killed);
}
