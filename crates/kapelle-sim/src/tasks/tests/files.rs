//! Tasks that read and write files.

use super::*;

#[test]
fn files_are_written_and_taken_apart() {
    check(&[
        ("{type: storage.Write, content: 'n {{ flow.id }}'}", r#"{"uri":".tmp:n f"}"#),
        ("{type: storage.Write, content: '', extension: .csv}", r#"{"uri":".csv:"}"#),
        ("{type: storage.Size, uri: 'kestra:///lines.txt'}", r#"{"size":6}"#),
        (
            "{type: storage.Size, uri: 'kestra:///none'}",
            "{}\nfailed: the file `kestra:///none` does not exist in the internal storage",
        ),
        (
            "{type: storage.Size, uri: 'http://x'}",
            "{}\nfailed: Invalid internal storage scheme, got uri 'http://x'",
        ),
        ("{type: storage.Reverse, from: 'kestra:///open.txt'}", r#"{"uri":".txt:a\nb\n"}"#),
        (
            "{type: storage.Concat, files: ['kestra:///open.txt', 'kestra:///lines.txt'], separator: ';'}",
            r#"{"uri":".tmp:b\na;b\na\nb\n;"}"#,
        ),
        (
            "{type: storage.Concat, files: '[\"kestra:///open.txt\"]', extension: .yml}",
            r#"{"uri":".yml:b\na"}"#,
        ),
        ("{type: storage.Delete, uri: 'kestra:///open.txt'}", r#"{"uri":"gone","deleted":true}"#),
        ("{type: storage.Delete, uri: 'kestra:///none'}", r#"{"uri":"gone","deleted":false}"#),
        (
            "{type: storage.Delete, uri: 'kestra:///none', errorOnMissing: true}",
            "{}\nfailed: the file `kestra:///none` does not exist in the internal storage",
        ),
    ]);
}

#[test]
fn a_file_is_split_in_four_ways() {
    for (how, batches) in [
        ("rows: 2", r#"[".txt:b\na\n",".txt:b\n"]"#),
        ("rows: 9", r#"[".txt:b\na\nb\n"]"#),
        ("bytes: 4", r#"[".txt:b\na\n",".txt:b\n"]"#),
        ("bytes: 1", r#"[".txt:b\n",".txt:a\n",".txt:b\n"]"#),
        ("bytes: 1KB", r#"[".txt:b\na\nb\n"]"#),
        ("partitions: 2", r#"[".txt:b\nb\n",".txt:a\n"]"#),
        ("partitions: 9", r#"[".txt:b\n",".txt:a\n",".txt:b\n"]"#),
        ("regexPattern: '(\\w)'", r#"[".txt:b\nb\n",".txt:a\n"]"#),
        ("regexPattern: '(a)'", r#"[".txt:a\n"]"#),
        ("rows: 1, separator: a", r#"[".txt:b\na",".txt:\nb\na"]"#),
    ] {
        let task = format!("{{type: storage.Split, from: 'kestra:///lines.txt', {how}}}");
        assert_eq!(World::new().story(&task), format!("{{\"uris\":{batches}}}"), "{how}");
    }
    check(&[
        ("{type: storage.Split, from: 'kestra:///empty.txt', rows: 1}", r#"{"uris":[]}"#),
        (
            "{type: storage.Split, from: 'kestra:///lines.txt'}",
            "{}\nfailed: Invalid configuration with no size, count, rows, nor regexPattern",
        ),
        (
            "{type: storage.Split, from: 'kestra:///lines.txt', bytes: 8B}",
            "{}\nfailed: Invalid size with value '8B'",
        ),
        (
            "{type: storage.Split, from: 'kestra:///lines.txt', rows: 0}",
            "{}\nfailed: `0` in the property `rows` does not fit: is no number above 0",
        ),
    ]);
}

#[test]
fn items_are_filtered_and_deduplicated_as_they_are_written() {
    let first = r#"{k:\"x\",n:1}\n"#;
    let second = r#"{\"k\": \"y\", \"n\": 2}\n"#;
    let third = r#"{k:\"x\",n:3}\n"#;
    let filtered = |kept: &str, total, dropped| {
        format!("{{\"uri\":\".ion:{kept}\",\"processedItemsTotal\":{total},\"droppedItemsTotal\":{dropped}}}")
    };
    let filter = "type: storage.FilterItems, from: 'kestra:///items.ion'";
    let odd = "type: storage.FilterItems, from: 'kestra:///odd.ion', filterCondition: '{{ n % 2 == 0 }}'";
    for (task, story) in [
        (
            format!("{{{filter}, filterCondition: '{{{{ n > 1 }}}}'}}"),
            filtered(&format!("{second}{third}"), 3, 1),
        ),
        (
            format!("{{{filter}, filterCondition: '{{{{ n > 1 }}}}', filterType: EXCLUDE}}"),
            filtered(first, 3, 2),
        ),
        (
            format!("{{{filter}, filterCondition: 'true'}}"),
            filtered(&format!("{first}{second}{third}"), 3, 0),
        ),
        (format!("{{{odd}, errorOrNullBehavior: INCLUDE}}"), filtered(r#"{n:\"x\"}\n{n:2}\n"#, 2, 0)),
        (format!("{{{odd}, errorOrNullBehavior: EXCLUDE}}"), filtered(r"{n:2}\n", 2, 1)),
        (
            "{type: storage.DeduplicateItems, from: 'kestra:///items.ion', expr: ' {{ k }} '}".into(),
            format!("{{\"numKeys\":2,{}", &filtered(&format!("{second}{third}"), 3, 1)[1..]),
        ),
    ] {
        assert_eq!(World::new().story(&task), story, "{task}");
    }
    assert!(World::new().story(&format!("{{{odd}}}")).contains("failed: "));
}

#[test]
fn a_file_becomes_batches_and_the_outputs_one_file() {
    let split = "type: flow.ForEachItem$ForEachItemSplit, items: 'kestra:///lines.txt'";
    for (more, files) in [
        ("", vec!["b\n", "a\n", "b\n"]),
        (", batch: {rows: 2}", vec!["b\na\n", "b\n"]),
        (", batch: {regexPattern: '(\\w)'}", vec!["b\nb\n", "a\n"]),
    ] {
        let world = World::new();
        let done = world.run(&format!("{{{split}{more}}}"));
        let Some(Value::Str(splits)) = done.outputs.get("splits") else { panic!("{done:?}") };
        let list = world.shelf.file(splits.expose()).unwrap();
        let list = std::str::from_utf8(&list).unwrap();
        let contents: Vec<_> = list
            .lines()
            .map(|uri| String::from_utf8(world.shelf.file(uri).unwrap().to_vec()).unwrap())
            .collect();
        assert_eq!(contents, files, "{more}");
    }

    let mut world = World::new();
    let outputs = r#"{"t_1_items": {"numberOfBatches": 3, "subflowOutputsBaseUri": "/base"}}"#;
    world.context.insert("outputs".into(), plain::from_json(outputs).unwrap());
    let merge = |world: &World| {
        world.with("{type: flow.ForEachItem$ForEachItemMergeOutputs}", |work| {
            run(&Work { place: Place { task: "t_1_merge", ..work.place }, ..*work }).outputs
        })
    };
    assert_eq!(merge(&world), Map::new());
    for batch in [2, 0] {
        world.shelf.put_file(outputs_uri("/base", batch), format!("{{o:{batch}}}\n").into_bytes());
    }
    let merged = world.shown(&Value::Map(Arc::new(merge(&world))));
    assert_eq!(merged, plain::from_json(r#"{"subflowOutputs": "{o:0}\n{o:2}\n"}"#).unwrap());
}

#[test]
fn a_directory_keeps_what_its_group_names() {
    let group = |more: &str| {
        format!(
            "{{type: flow.WorkingDirectory, inputFiles: {{in.txt: '{{{{ flow.id }}}}', sub/b.json: 'kestra:///open.txt', no: null}}{more}}}"
        )
    };
    for (patterns, kept) in [
        ("[]", "{}"),
        ("['none*']", "{}"),
        ("['*.txt']", r#"{"outputFiles":{"in.txt":".txt:f"}}"#),
        ("['sub/*.json', '*.x']", r#"{"outputFiles":{"sub/b.json":".json:b\na"}}"#),
        ("['b.json']", r#"{"outputFiles":{"sub/b.json":".json:b\na"}}"#),
        ("['**']", r#"{"outputFiles":{"in.txt":".txt:f","sub/b.json":".json:b\na"}}"#),
        ("['**/*.txt']", r#"{"outputFiles":{"in.txt":".txt:f"}}"#),
    ] {
        let world = World::new();
        let outputs = world.with(&group(&format!(", outputFiles: {patterns}")), |work| {
            Directory::open(work).unwrap().close(work).unwrap()
        });
        let shown = world.shown(&Value::Map(Arc::new(outputs)));
        let text = plain::to_json(&shown, &jiff::tz::TimeZone::UTC, true, 1 << 20).unwrap();
        assert_eq!(text.expose(), kept, "{patterns}");
    }
}
