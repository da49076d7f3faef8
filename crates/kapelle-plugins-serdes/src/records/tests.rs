use kapelle_core::expression::plain::{from_ion, from_json, from_yaml, to_ion};
use kapelle_model::{MASK, Map as Fields, Value};
use kapelle_plugin::Task;
use kapelle_plugin::stage::Stage;

use super::aggregate::Aggregate;
use super::filter::Filter;
use super::map::Map;
use super::select::Select;
use super::unnest::Unnest;
use super::zip::Zip;
use crate::testing::{address, bytes, python};

/// The records of outputs in Ion, one on each line.
fn records(given: &Fields) -> String {
    let Some(Value::List(records)) = given.get("records") else { panic!("{given:?}") };
    let lines = records.iter().map(|record| to_ion(record, 100_000).unwrap().expose().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

fn metrics(stage: &Stage) -> String {
    let told = stage.metrics();
    told.iter().map(|metric| format!("{} {}", metric.name, metric.value)).collect::<Vec<_>>().join(", ")
}

/// What a task makes of records that are handed over: records, metrics and lines of the log.
async fn made<T: Task>(properties: &str) -> String {
    told::<T>(&Stage::new(), properties).await
}

async fn told<T: Task>(stage: &Stage, properties: &str) -> String {
    match stage.run::<T>(properties).await {
        Ok(given) => {
            let mut parts = vec![records(&given), metrics(stage)];
            parts.extend(stage.lines());
            parts.join("\n")
        }
        Err(broken) => format!("failed: {}", broken.failure),
    }
}

/// Checks what is made of the same records with different properties.
async fn check<T: Task>(from: &str, cases: &[(&str, &str)]) {
    for (more, expected) in cases {
        assert_eq!(made::<T>(&format!("{from}\n{more}")).await, *expected, "{more}");
    }
}

#[tokio::test]
async fn a_filter_keeps_the_records_for_which_the_condition_holds() {
    let from = "from: [{a: 1, b: x}, {a: 20, b: y}, {b: z}]";
    check::<Filter>(
        from,
        &[
            (
                "where: b in ('x', 'z')",
                "{a:1,b:\"x\"}\n{b:\"z\"}\nprocessed 3, passed 2, dropped 1, failed 0",
            ),
            (
                "where: a > 10",
                "failed: row 3: `where`: the condition gives null: `coalesce(…, false)` makes it a decision; with \
                 `onError` the task goes on without it",
            ),
            (
                "where: a > 10\nonError: SKIP",
                "{a:20,b:\"y\"}\nprocessed 3, passed 1, dropped 2, failed 1\nWARN left out: row 3: `where`: the condition \
                 gives null: `coalesce(…, false)` makes it a decision",
            ),
            (
                "where: a > 10\nonError: KEEP",
                "{a:20,b:\"y\"}\n{b:\"z\"}\nprocessed 3, passed 2, dropped 1, failed 1\nWARN kept as it is: row 3: \
                 `where`: the condition gives null: `coalesce(…, false)` makes it a decision",
            ),
            ("where: a", "failed: row 1: `where`: true or false is expected, and `1` is a number; with `onError` the task goes on without it"),
            (
                "where: a >\nonError: SKIP",
                "failed: `where`, at column 4 of `a >`: a value, a field or `(` is expected, not the end",
            ),
            ("where: ''", "failed: `where`, at column 1 of ``: a value, a field or `(` is expected, not the end"),
        ],
    )
    .await;
}

#[tokio::test]
async fn records_come_as_a_list_as_one_as_json_or_from_a_file() {
    let stage = Stage::new()
        .variable("rows", from_ion("[{a:2}]", 1).unwrap().remove(0))
        .variable("nothing", Value::Null)
        .variable("number", Value::Int(7));
    for (from, expected) in [
        ("{a: 1}", "{a:1}"),
        ("[]", ""),
        ("'[{\"a\": 1.50}]'", "{a:1.5e0}"),
        ("'{\"a\": 3}'", "{a:3}"),
        ("'{{ rows }}'", "{a:2}"),
        ("'{{ nothing }}'", ""),
    ] {
        let given = stage.run::<Filter>(&format!("from: {from}\nwhere: true")).await.unwrap();
        assert_eq!(records(&given), expected, "{from}");
    }
    for (from, expected) in [
        ("hello", "`hello` of `from` is neither the address of a file nor a record"),
        ("'{{ number }}'", "`from` gives a number, and neither records"),
        ("[{a: 1}, 2]", "row 2 is a number, and no record with fields"),
    ] {
        let told = stage.run::<Filter>(&format!("from: {from}\nwhere: true")).await.unwrap_err();
        assert!(told.failure.to_string().contains(expected), "{told:?}");
    }
}

#[tokio::test]
async fn a_file_becomes_a_file_and_a_list_a_list_unless_something_else_is_said() {
    let stage = Stage::new();
    let from = stage.put_file("in.ion", b"{a:1,t:2026-05-06T07:08:09.123456789Z}\n[{a:2,d:1.50},{a:3}]\n");
    let run = async |more: &str| stage.run::<Filter>(&format!("where: a > 1\n{more}")).await.unwrap();
    let stored = run(&format!("from: '{from}'")).await;
    assert!(!stored.contains_key("records"));
    assert_eq!(bytes(&stage, &address(&stored)), b"{a:2,d:1.50}\n{a:3}\n");
    let listed = run(&format!("from: '{from}'\noutputType: RECORDS")).await;
    assert!(!listed.contains_key("uri"));
    assert_eq!(records(&listed), "{a:2,d:1.50}\n{a:3}");
    let kept = run("from: [{a: 2}]\noutputType: STORE").await;
    assert_eq!(bytes(&stage, &address(&kept)), b"{a:2}\n");
    let binary = run(&format!("from: '{from}'\noutputFormat: BINARY")).await;
    let uri = address(&binary);
    assert!(bytes(&stage, &uri).starts_with(b"\xe0\x01\x00\xea"));
    let again = run(&format!("from: '{uri}'\noutputType: RECORDS")).await;
    assert_eq!(records(&again), "{a:2,d:1.50}\n{a:3}");
}

#[tokio::test]
async fn others_read_the_binary_rows() {
    let stage = Stage::new();
    let rows = "{a:1,d:-12.50,t:2026-05-06T07:08:09.123456Z,day:2026-05-06,f:1.5e0,n:null,s:\"ä\"}\n\
                {b:[1,-300,{a:true}],big:-123456789012345678901234567890,at:LocalTime::\"07:08\"}\n{b:{{YWJj}},zero:0.00}\n";
    let from = stage.put_file("in.ion", rows.as_bytes());
    let given =
        stage.run::<Filter>(&format!("from: '{from}'\nwhere: true\noutputFormat: BINARY")).await.unwrap();
    let (folder, content) = (stage.directory(), bytes(&stage, &address(&given)));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("ours.ion"), content).unwrap();
    let program = "import sys\nfrom amazon.ion import simpleion as ion\n\
        rows=ion.load(open(sys.argv[1],'rb'),single_value=False)\n\
        print('\\n'.join(ion.dumps(row,binary=False,omit_version_marker=True) for row in rows))";
    let ours = folder.join("ours.ion");
    let Some(shown) = python("amazon.ion.simpleion", program, &[ours.to_str().unwrap()]) else { return };
    let theirs = from_ion(&shown, 1).unwrap();
    assert_eq!(theirs, from_ion(rows, 1).unwrap(), "{shown}");
}

#[tokio::test]
async fn outputs_hold_only_so_much() {
    let record = from_ion(&format!("{{a:\"{}\"}}", "x".repeat(100_000)), 1).unwrap().remove(0);
    let stage = Stage::new().variable("rows", Value::List(vec![record; 400].into()));
    let run = async |more: &str| {
        stage.run::<Filter>(&format!("from: '{{{{ rows }}}}'\nwhere: a != 1\n{more}")).await
    };
    let told = run("").await.unwrap_err().failure.to_string();
    assert!(told.contains("more than 32 MB") && told.contains("outputType: STORE"), "{told}");
    assert!(run("outputType: STORE").await.is_ok());
}

#[tokio::test]
async fn fields_are_made_of_expressions_and_get_types() {
    check::<Map>(
        "from: [{id: '7', user: {name: Ada}, at: '2026-05-06T09:08:09+02:00', items: [{price: 9.99}, {price: 5}], x: null}]",
        &[
            (
                "fields: {name: user.name, id: {expr: id, type: int}, total: {expr: 'sum(items[].price)', type: DECIMAL}}",
                "{name:\"Ada\",id:7,total:14.99}\nprocessed 1, passed 1, dropped 0, failed 0",
            ),
            (
                "fields: {t: {expr: at, type: TIMESTAMP}, f: {expr: id, type: FLOAT}, s: {expr: id + 1, type: STRING}, \
                 b: {expr: id == '7', type: BOOLEAN}, l: {expr: 'items[].price', type: LIST}, u: {expr: user, type: STRUCT}}",
                "{t:2026-05-06T07:08:09.000Z,f:7e0,s:\"8\",b:true,l:[9.99e0,5],u:{name:\"Ada\"}}\n\
                 processed 1, passed 1, dropped 0, failed 0",
            ),
            (
                "fields: {user: user.name}\nkeepOriginalFields: true",
                "{id:\"7\",user:\"Ada\",at:\"2026-05-06T09:08:09+02:00\",items:[{price:9.99e0},{price:5}]}\n\
                 processed 1, passed 1, dropped 0, failed 0",
            ),
            (
                "fields: {x: {expr: x, optional: true, type: INT}}\ndropNulls: false",
                "{x:null}\nprocessed 1, passed 1, dropped 0, failed 0",
            ),
            ("fields: {x: {expr: x, optional: true}}", "{}\nprocessed 1, passed 1, dropped 0, failed 0"),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_field_that_cannot_be_made_is_told_with_its_row() {
    check::<Map>(
        "from: [{a: '1'}, {a: x}, {b: 1}]\nfields: {n: {expr: a, type: INT}, m: {expr: a, optional: true}}",
        &[
            (
                "",
                "failed: row 2, field `n`: a number is expected, and `\"x\"` is a text; with `onError` the task goes on \
                 without it",
            ),
            (
                "onError: SKIP",
                "{n:1,m:\"1\"}\nprocessed 3, passed 1, dropped 2, failed 2\n\
                 WARN left out: row 2, field `n`: a number is expected, and `\"x\"` is a text\n\
                 WARN left out: row 3, field `n`: there is no value: with `optional: true` it may be missing",
            ),
            (
                "onError: 'NULL'\ndropNulls: false",
                "{n:1,m:\"1\"}\n{n:null,m:\"x\"}\n{n:null,m:null}\nprocessed 3, passed 3, dropped 0, failed 2\n\
                 WARN set to null: row 2, field `n`: a number is expected, and `\"x\"` is a text\n\
                 WARN set to null: row 3, field `n`: there is no value: with `optional: true` it may be missing",
            ),
        ],
    )
    .await;
    for (fields, expected) in [
        ("{}", "`fields` has no field"),
        ("{a: 1}", "the field `a` of `fields`: an expression is expected, and there is a number"),
        ("{a: {type: INT}}", "the field `a` of `fields`: there is no expression"),
        ("{a: {expr: b, type: MONEY}}", "there is no type `MONEY`: there are STRING, INT, LONG"),
        ("{a: 'b +'}", "the field `a` of `fields`, at column 4 of `b +`"),
        ("{a: $1.b}", "here fields are named without it"),
    ] {
        let told = made::<Map>(&format!("from: []\nfields: {fields}")).await;
        assert!(told.starts_with("failed: ") && told.contains(expected), "{fields}: {told}");
    }
    let odd = made::<Map>("from: []\nfields: {a: {expr: b, typ: INT}}").await;
    assert!(odd.contains("WARN `typ` of the field `a` means nothing"), "{odd}");
}

#[tokio::test]
async fn groups_come_in_the_order_in_which_they_appeared() {
    check::<Aggregate>(
        "from: [{c: b, n: 1, v: 0.1, s: x}, {c: a, n: 5, v: 7}, {c: b, n: 1.0, v: 0.2, s: y}, {n: 2}]",
        &[
            (
                "groupBy: [c]\naggregates: {count: count(), sum: sum(v), avg: avg(v), min: min(v), max: max(v), \
                 first: first(s), last: last(s), some: count(v)}",
                "{c:\"b\",count:2,sum:0.3,avg:0.15,min:0.1e0,max:0.2e0,first:\"x\",last:\"y\",some:2}\n\
                 {c:\"a\",count:1,sum:7.,avg:7.,min:7,max:7,first:null,last:null,some:1}\n\
                 {c:null,count:1,sum:0.,avg:null,min:null,max:null,first:null,last:null,some:0}\n\
                 processed 4, groups 3, dropped 0, failed 0",
            ),
            (
                "groupBy: [n, c]\naggregates: {x: {expr: 'sum(v * 10) / count()', type: INT}}\nonError: 'NULL'",
                "{n:1,c:\"b\",x:null}\n{n:5,c:\"a\",x:70}\n{n:2,c:null,x:0}\nprocessed 4, groups 3, dropped 0, failed 1\n\
                 WARN set to null: group {\"n\":1,\"c\":\"b\"}, field `x`: a whole number is expected, and `1.5` is a number",
            ),
        ],
    )
    .await;
    assert_eq!(
        made::<Aggregate>("from: []\ngroupBy: [a]\naggregates: {n: count()}").await,
        "\nprocessed 0, groups 0, dropped 0, failed 0"
    );
}

#[tokio::test]
async fn a_record_that_an_aggregation_leaves_out_leaves_no_trace() {
    let from = "from: [{k: 1, v: 1}, {k: 1, v: x}, {k: 2, v: y}, {k: 1, v: 2}]\ngroupBy: [k]";
    let reason = "row 2, field `s`: a number is expected, and `\"x\"` is a text";
    check::<Aggregate>(
        from,
        &[
            (
                "aggregates: {n: count(), s: sum(v)}",
                &format!("failed: {reason}; with `onError` the task goes on without it"),
            ),
            (
                "aggregates: {n: count(), s: sum(v)}\nonError: SKIP",
                &format!(
                    "{{k:1,n:2,s:3.}}\nprocessed 4, groups 1, dropped 2, failed 2\nWARN left out: {reason}\n\
                     WARN left out: row 3, field `s`: a number is expected, and `\"y\"` is a text"
                ),
            ),
            (
                "aggregates: {n: count(), s: sum(v)}\nonError: 'NULL'",
                &format!(
                    "{{k:1,n:3,s:null}}\n{{k:2,n:1,s:null}}\nprocessed 4, groups 2, dropped 0, failed 2\n\
                     WARN set to null: {reason}\n\
                     WARN set to null: row 3, field `s`: a number is expected, and `\"y\"` is a text"
                ),
            ),
            ("aggregates: {m: max(v)}", "failed: row 2, field `m`: a number is expected, and `\"x\"` is a text; with `onError` the task goes on without it"),
            ("aggregates: {m: v}", "failed: the field `m` of `aggregates`, at column 1 of `v`: a field is looked at by a function over the group only, as in `sum(total)` or `first(name)`"),
        ],
    )
    .await;
    let told = made::<Aggregate>("from: []\ngroupBy: []\naggregates: {n: count()}").await;
    assert!(told.contains("`groupBy` is empty"), "{told}");
}

#[tokio::test]
async fn a_list_becomes_a_record_for_each_item() {
    check::<Unnest>(
        "from: [{id: 1, p: {items: [{s: a}, {s: b}], x: 2}}, {id: 2, p: {items: []}}, {id: 3}]\nas: item",
        &[
            (
                "path: p.items[]",
                "{id:1,p:{x:2},item:{s:\"a\"}}\n{id:1,p:{x:2},item:{s:\"b\"}}\nprocessed 3, passed 2, dropped 0, failed 0",
            ),
            (
                "path: p.items[].s\nkeepOriginalFields: false",
                "{item:\"a\"}\n{item:\"b\"}\nprocessed 3, passed 2, dropped 0, failed 0",
            ),
            (
                "path: id",
                "failed: row 1: `path`: a list is expected, and `1` is a number; with `onError` the task goes on without it",
            ),
        ],
    )
    .await;
    check::<Unnest>(
        "from: [{id: 1, items: {s: a}}, {id: 2, items: [7]}]\nas: item\npath: items[]",
        &[
            (
                "onError: SKIP",
                "{id:2,item:7}\nprocessed 2, passed 1, dropped 1, failed 1\n\
                 WARN left out: row 1: `path`: at column 6 of `items[]`: a list is expected, and `{\"s\":\"a\"}` is a map",
            ),
            (
                "onError: 'NULL'",
                "{id:1,item:null}\n{id:2,item:7}\nprocessed 2, passed 2, dropped 0, failed 1\n\
                 WARN set to null: row 1: `path`: at column 6 of `items[]`: a list is expected, and `{\"s\":\"a\"}` is a map",
            ),
        ],
    )
    .await;
    let told = made::<Unnest>("from: []\npath: a\nas: ''").await;
    assert!(told.contains("`as` is empty"), "{told}");
}

#[tokio::test]
async fn records_of_several_inputs_are_put_together() {
    let inputs = "inputs: [[{id: 1, a: x}, {a: y}], [{id: 2, b: z}, {b: w}]]";
    let conflict = "the field `id` of input 2 is in an earlier one too: `onConflict` says which one counts";
    check::<Zip>(
        inputs,
        &[
            ("", &format!("failed: row 1: {conflict}; with `onError` the task goes on without it")),
            (
                "onError: SKIP",
                &format!(
                    "{{a:\"y\",b:\"w\"}}\nprocessed 2, passed 1, dropped 1, failed 1\nWARN left out: row 1: {conflict}"
                ),
            ),
            (
                "onConflict: LEFT",
                "{id:1,a:\"x\",b:\"z\"}\n{a:\"y\",b:\"w\"}\nprocessed 2, passed 2, dropped 0, failed 0",
            ),
            (
                "onConflict: RIGHT",
                "{id:2,a:\"x\",b:\"z\"}\n{a:\"y\",b:\"w\"}\nprocessed 2, passed 2, dropped 0, failed 0",
            ),
        ],
    )
    .await;
    for (inputs, expected) in [
        ("[[{a: 1}]]", "`inputs` has 1 entries: 2 to 64 are possible"),
        (
            "[[{a: 1}, {a: 2}], [{b: 1}]]",
            "the inputs have not equally many records: input 2 ends after 1 records, others go on",
        ),
        ("[[{a: 1}], [7]]", "input 2: row 1 is a number"),
        ("[[{a: 1}], 7]", "`inputs[1]` gives a number"),
    ] {
        let told = made::<Zip>(&format!("inputs: {inputs}\nonError: SKIP")).await;
        assert!(told.starts_with("failed: ") && told.contains(expected), "{inputs}: {told}");
    }
}

#[tokio::test]
async fn files_and_lists_are_read_side_by_side() {
    let stage = Stage::new().variable("rows", from_ion("[{b:1},{b:2}]", 1).unwrap().remove(0));
    let from = stage.put_file("in.ion", b"{a:1}\n{a:2}\n");
    let given = stage.run::<Zip>(&format!("inputs: ['{from}', '{{{{ rows }}}}']")).await.unwrap();
    assert_eq!(bytes(&stage, &address(&given)), b"{a:1,b:1}\n{a:2,b:2}\n");
}

#[tokio::test]
async fn a_selection_aligns_filters_and_maps() {
    let inputs =
        "inputs: [[{id: o1, n: 120, x: null}, {id: o2, n: 70}], [{id: s1, s: 0.91}, {id: s2, s: 0.4}]]";
    check::<Select>(
        inputs,
        &[
            (
                "",
                "{id:\"s1\",n:120,s:0.91e0}\n{id:\"s2\",n:70,s:0.4e0}\nprocessed 2, passed 2, dropped 0, failed 0",
            ),
            (
                "where: n > 100 && $2.s > 0.8\nfields: {order: $1.id, score: {expr: $2.s, type: DECIMAL}}",
                "{order:\"o1\",score:0.91}\nprocessed 2, passed 1, dropped 1, failed 0",
            ),
            (
                "where: ' '\nfields: {sum: n + s}\nkeepInputFields: [1]",
                "{id:\"o1\",n:120,sum:120.91}\n{id:\"o2\",n:70,sum:70.4}\nprocessed 2, passed 2, dropped 0, failed 0",
            ),
            (
                "fields: {y: {expr: y, optional: true}}\ndropNulls: false\nkeepInputFields: [1]",
                "{id:\"o1\",n:120,x:null,y:null}\n{id:\"o2\",n:70,y:null}\nprocessed 2, passed 2, dropped 0, failed 0",
            ),
            (
                "fields: {y: {expr: toInt(s * 100), type: INT}, x: x}",
                "failed: row 1, field `x`: there is no value: with `optional: true` it may be missing; with `onError` the \
                 task goes on without it",
            ),
            (
                "fields: {n: {expr: $1.n, type: BOOLEAN}}\nonError: KEEP",
                "{id:\"s1\",n:120,s:0.91e0}\n{id:\"s2\",n:70,s:0.4e0}\nprocessed 2, passed 2, dropped 0, failed 2\n\
                 WARN kept as it is: row 1, field `n`: true or false is expected, and `120` is a number\n\
                 WARN kept as it is: row 2, field `n`: true or false is expected, and `70` is a number",
            ),
            (
                "where: x == null || toInt(id) > 1\nonError: SKIP",
                "{id:\"s1\",n:120,s:0.91e0}\n{id:\"s2\",n:70,s:0.4e0}\nprocessed 2, passed 2, dropped 0, failed 0",
            ),
            ("keepInputFields: [3]", "failed: `keepInputFields` names input 3: there are inputs 1 to 2"),
            ("where: $3.a == 1\nonError: SKIP", "failed: `where`, at column 1 of `$3.a == 1`: there is no `$3`: there are 2 inputs"),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_selection_may_end_with_the_shortest_input() {
    let inputs = "inputs: [[{a: 1}, {a: 2}, {a: 3}], [{b: 1}]]";
    check::<Select>(
        inputs,
        &[
            (
                "",
                "failed: the inputs have not equally many records: input 2 ends after 1 records, others go on; with \
                 `onLengthMismatch: SKIP` the shortest input is the end",
            ),
            ("onLengthMismatch: SKIP", "{a:1,b:1}\nprocessed 1, passed 1, dropped 0, failed 0"),
        ],
    )
    .await;
    assert_eq!(
        made::<Select>("inputs: [[{a: 1}, {a: 2}]]\nwhere: $1.a > 1").await,
        "{a:2}\nprocessed 2, passed 1, dropped 1, failed 0"
    );
}

#[tokio::test]
async fn what_is_made_of_a_secret_is_one_and_no_message_tells_it() {
    let secret = Value::Str(kapelle_model::Text::from("s3cret").into_secret());
    let stage = Stage::new().variable("s", secret);
    let given =
        stage.run::<Map>("from: [{a: '{{ s }}'}, {a: open}]\nfields: {b: 'concat(a, 1)'}").await.unwrap();
    let Value::List(records) = &given["records"] else { panic!() };
    assert!(records[0].has_secret() && !records[1].has_secret());
    assert!(to_ion(&records[0], 100).unwrap().masked().contains(MASK));
    let told = stage.run::<Map>("from: {a: '{{ s }}'}\nfields: {b: {expr: a, type: INT}}").await.unwrap_err();
    let told = told.failure.to_string();
    assert!(told.contains("is secret") && !told.contains("s3cret"), "{told}");
    let grouped = "from: [{a: '{{ s }}', n: 1}]\ngroupBy: [n]\naggregates: {a: last(a)}";
    assert!(stage.run::<Aggregate>(grouped).await.unwrap()["records"].has_secret());
}

#[tokio::test]
async fn the_task_ends_when_it_has_to() {
    let stage = Stage::new();
    stage.stop();
    assert!(stage.run::<Filter>("from: [{a: 1}]\nwhere: true").await.unwrap_err().is_killed);
    assert!(stage.run::<Zip>("inputs: [[{a: 1}], [{b: 1}]]").await.unwrap_err().is_killed);
}

/// What the task of an example makes of the defaults of its inputs.
async fn shown<T: Task>(example: &str) -> String {
    let Ok(Value::Map(flow)) = from_yaml(example) else { panic!("{example}") };
    let Value::List(inputs) = &flow["inputs"] else { panic!("{example}") };
    let mut values = Fields::new();
    for input in inputs.iter() {
        let Value::Map(input) = input else { panic!("{example}") };
        let (Value::Str(id), Value::Str(defaults)) = (&input["id"], &input["defaults"]) else {
            panic!("{example}")
        };
        values.insert(id.expose().into(), from_json(defaults.expose()).unwrap());
    }
    let stage = Stage::new().variable("inputs", Value::Map(values.into()));
    let (_, properties) = example.split_once(&format!("    type: {}\n", T::TYPE)).unwrap();
    records(&stage.run::<T>(&properties.replace("\n    ", "\n").replacen("    ", "", 1)).await.unwrap())
}

#[tokio::test]
async fn every_example_runs() {
    assert_eq!(
        shown::<Aggregate>(include_str!("examples/Aggregate.yaml")).await,
        "{customer:\"c1\",country:\"FR\",orders:2,total:15.75,average:7.875}\n\
         {customer:\"c2\",country:\"DE\",orders:1,total:7.,average:7.}"
    );
    assert_eq!(
        shown::<Filter>(include_str!("examples/Filter.yaml")).await,
        "{id:1,country:\"FR\",amount:120}"
    );
    assert_eq!(
        shown::<Map>(include_str!("examples/Map.yaml")).await,
        "{order_id:17,customer:\"Ada\",created_at:2026-05-06T07:08:09.000Z,total:14.99}"
    );
    assert_eq!(
        shown::<Select>(include_str!("examples/Select.yaml")).await,
        "{order_id:\"o1\",amount:120,id:\"o1\",score:0.91e0}"
    );
    assert_eq!(
        shown::<Unnest>(include_str!("examples/Unnest.yaml")).await,
        "{order_id:\"o1\",item:{sku:\"a\"}}\n{order_id:\"o1\",item:{sku:\"b\"}}"
    );
    assert_eq!(
        shown::<Zip>(include_str!("examples/Zip.yaml")).await,
        "{id:1,name:\"Ada\",score:9}\n{id:2,name:\"Grace\",score:8}"
    );
}
