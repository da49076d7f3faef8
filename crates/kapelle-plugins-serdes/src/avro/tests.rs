use kapelle_plugin::stage::Stage;

use super::avro_to_ion::AvroToIon;
use super::infer_avro_schema_from_ion::InferAvroSchemaFromIon;
use super::ion_to_avro::IonToAvro;
use crate::testing::{converted, converted_bytes, python};

/// Rows with all types that there are.
pub(crate) const ROWS: &str = "{s:\"ä\\n\",i:1,f:1.5e0,d:0.10,big:12345678901234567890123,t:true,n:null,day:2026-05-06,\
    at:2026-05-06T07:08:09.123Z,fine:2026-05-06T07:08:09.123456000Z,local:LocalDateTime::\"2026-05-06T07:08:09.500\",\
    time:LocalTime::\"07:08:09.000001\",b:{{YWJj}},l:[1,null,3],m:{x:1,y:{z:\"q\"}},e:[]}\n\
    {s:\"\",i:-9223372036854775808,f:null,d:-12.5,big:-1,t:null,n:\"x\",day:1969-12-31,at:1969-12-31T23:59:59.999Z,fine:null,\
    local:null,time:null,b:{{}},l:null,m:{x:null,y:null},e:null}\n";

/// The same rows with one scale for all decimals of a column, and null for a text that means it.
pub(crate) const READ: &str = "{s:\"ä\\n\",i:1,f:1.5e0,d:0.10,big:12345678901234567890123.,t:true,n:null,day:2026-05-06,\
    at:2026-05-06T07:08:09.123Z,fine:2026-05-06T07:08:09.123456000Z,local:LocalDateTime::\"2026-05-06T07:08:09.500\",\
    time:LocalTime::\"07:08:09.000001\",b:{{YWJj}},l:[1,null,3],m:{x:1,y:{z:\"q\"}},e:[]}\n\
    {s:null,i:-9223372036854775808,f:null,d:-12.50,big:-1.,t:null,n:\"x\",day:1969-12-31,at:1969-12-31T23:59:59.999Z,\
    fine:null,local:null,time:null,b:{{}},l:null,m:{x:null,y:null},e:null}\n";

/// What is written is read again.
async fn there_and_back(rows: &str, more: &str) -> String {
    match converted_bytes::<IonToAvro>(rows.as_bytes(), more).await {
        Ok(file) => converted::<AvroToIon>(&file, "").await,
        Err(reason) => format!("failed: {reason}"),
    }
}

#[tokio::test]
async fn rows_survive_there_and_back() {
    let told = there_and_back(ROWS, "").await;
    assert_eq!(told.replace("07:08:09.5\"", "07:08:09.500\""), format!("2: {READ}"));
}

#[tokio::test]
async fn a_schema_gives_rows_their_types() {
    let schema = r#"{"type":"record","name":"a.b.R","fields":[
        {"name":"id","type":"int"},
        {"name":"price","type":{"type":"fixed","name":"P","size":8,"logicalType":"decimal","precision":10,"scale":2}},
        {"name":"old","type":["null","P"],"default":null},
        {"name":"on","type":"boolean"},
        {"name":"day","type":{"type":"int","logicalType":"date"}},
        {"name":"time","type":{"type":"int","logicalType":"time-millis"}},
        {"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},
        {"name":"color","type":{"type":"enum","name":"C","symbols":["RED","BLUE"]}},
        {"name":"tags","type":{"type":"map","values":"string"}},
        {"name":"count","type":["null","long"]},
        {"name":"note","type":["null","string"]},
        {"name":"left","type":"string","default":"none"}]}"#;
    let row = "{id:\"7\",price:\"12,50\",on:\"yes\",day:\"06.05.2026\",time:\"07:08\",at:\"2026-05-06T07:08\",color:BLUE,\
               tags:{a:\"1\"},count:\"NA\",note:\"\",more:1}";
    let more = format!(
        "schema: '{schema}', decimalSeparator: ',', dateFormat: dd.MM.yyyy, timeZoneId: Europe/Paris"
    );
    let expected = "1: {id:7,price:12.50,old:null,on:true,day:2026-05-06,time:LocalTime::\"07:08:00\",\
                    at:2026-05-06T05:08:00.000Z,color:\"BLUE\",tags:{a:\"1\"},count:null,note:null,left:\"none\"}\n";
    assert_eq!(there_and_back(row, &more).await.replace("07:08\"", "07:08:00\""), expected);
    for (row, more, expected) in [
        ("{id:3000000000}", schema, "row 1.id: the integer 3000000000 is no int"),
        ("{id:1.5e0}", schema, "is no int"),
        ("{id:1,price:123456789.}", schema, "row 1.price: the decimal 123456789 is no decimal(10, 2)"),
        ("{id:1,price:1,on:\"perhaps\"}", schema, "row 1.on: text \"perhaps\" is no boolean"),
        ("{id:1}", r#"{"type":"rec"}"#, "the schema is wrong: there is no type `rec`"),
        ("{id:1}", "{", "the schema is no JSON"),
        (
            "{a:1,id:1}",
            r#"{"type":"record","name":"R","fields":[{"name":"id","type":"int"}]}', strictSchema: 'true"#,
            "row 1.a: the schema has no such field",
        ),
        ("7", r#"{"type":"record","name":"R","fields":[]}"#, "is no record R"),
    ] {
        let told = there_and_back(row, &format!("schema: '{more}'")).await;
        assert!(told.starts_with("failed: ") && told.contains(expected), "{told}");
    }
}

#[tokio::test]
async fn bad_rows_are_left_out() {
    let rows = "{a:1}\n{a:\"x\"}\n{a:3}";
    let schema = r#"{"type":"record","name":"R","fields":[{"name":"a","type":"long"}]}"#;
    let more = format!("schema: '{schema}', onBadLines");
    assert_eq!(there_and_back(rows, &format!("{more}: SKIP")).await, "2: {a:1}\n{a:3}\n");
    assert!(there_and_back(rows, &format!("{more}: ERROR")).await.contains("row 2.a: text \"x\" is no long"));
    let stage = Stage::new();
    let from = stage.put_file("in", rows.as_bytes());
    stage.run::<IonToAvro>(&format!("{{from: '{from}', {more}: WARN}}")).await.unwrap();
    assert_eq!(stage.lines(), ["WARN left out: row 2.a: text \"x\" is no long"]);
    for (rows, expected) in [
        ("{a:1}\n{a:\"x\"}", "the field `a` has values of types that do not go together"),
        ("{'a b':1}", "the field `a b` cannot be one of Avro"),
        ("1", "row 1 is no map and no list"),
        ("[1]\n{a:1}", "some rows are maps and others lists"),
        ("", "set `schema`"),
    ] {
        let told = there_and_back(rows, "").await;
        assert!(told.contains(expected), "{told}");
    }
}

/// What becomes of one field of this type.
async fn field(kind: &str, value: &str, more: &str) -> String {
    let schema = format!(r#"{{"type":"record","name":"R","fields":[{{"name":"f","type":{kind}}}]}}"#);
    let told = there_and_back(&format!("{{f:{value}}}"), &format!("schema: '{schema}'{more}")).await;
    told.strip_prefix("1: {f:").and_then(|told| told.strip_suffix("}\n")).unwrap_or(&told).to_owned()
}

#[tokio::test]
async fn a_union_is_the_first_type_that_a_value_can_become() {
    for (kind, value, more, expected) in [
        (r#"["null","string"]"#, r#""n/a""#, "", "null"),
        (r#"["null","string"]"#, r#""""#, "", "null"),
        (r#"["string","null"]"#, r#""n/a""#, "", r#""n/a""#),
        (r#"["string","null"]"#, r#""n/a""#, ", inferAllFields: true", "null"),
        (r#"["null","int"]"#, r#""NULL""#, "", "null"),
        (r#""null""#, r#""N/A""#, "", "null"),
        (r#"["null","int","string"]"#, r#""12""#, "", "12"),
        (r#"["null","int","string"]"#, r#""x""#, "", r#""x""#),
        // What is no text keeps its type.
        (r#"["string","boolean","int","null"]"#, "1", "", "1"),
        (r#"["string","null"]"#, "null", "", "null"),
    ] {
        assert_eq!(field(kind, value, more).await, expected, "{kind} {value}");
    }
}

#[tokio::test]
async fn values_become_what_a_field_wants() {
    let moment = |unit: &str| format!(r#"{{"type":"long","logicalType":"{unit}"}}"#);
    let decimal = r#"{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}"#;
    let zone = ", timeZoneId: Europe/Paris";
    for (kind, value, more, expected) in [
        (moment("timestamp-millis"), "1577362391123", "", "2019-12-26T12:13:11.123Z"),
        (moment("timestamp-micros"), r#""1577362391123456""#, "", "2019-12-26T12:13:11.123456000Z"),
        (
            moment("local-timestamp-millis"),
            "1577362391123",
            zone,
            r#"LocalDateTime::"2019-12-26T13:13:11.123""#,
        ),
        // What the format reads is no count.
        (
            moment("timestamp-millis"),
            r#""20260506070809""#,
            ", datetimeFormat: yyyyMMddHHmmss, timeZoneId: UTC",
            "2026-05-06T07:08:09.000Z",
        ),
        (r#""string""#.to_owned(), "null", "", r#""null""#),
        (r#""string""#.to_owned(), "[1,{a:2}]", "", r#""[1,{\"a\":2}]""#),
        (r#""string""#.to_owned(), "42e0", "", r#""42.0""#),
        (r#""bytes""#.to_owned(), "5", "", "{{NQ==}}"),
        (decimal.to_owned(), r#""12.345""#, "", "12.34"),
        (decimal.to_owned(), "12.8444e0", "", "12.84"),
        (decimal.to_owned(), "12.855", "", "12.86"),
    ] {
        assert_eq!(field(&kind, value, more).await, expected, "{kind} {value}");
    }
    // With all its zeros it would fill the memory.
    for kind in [decimal, r#""long""#, r#""double""#] {
        let told = field(kind, r#""1e999999999""#, "").await;
        assert!(told.contains("row 1.f: text \"1e999999999\" is no "), "{told}");
    }
}

const FIELDS: &str = r#"{"type":"record","name":"R","fields":[
    {"name":"a","type":["null","int"]},
    {"name":"b","type":["null","string"],"aliases":["old","older"]},
    {"name":"c","type":"int","default":7}]}"#;

#[tokio::test]
async fn fields_are_found_by_old_names_and_by_their_place() {
    for (row, more, expected) in [
        ("{a:1,older:\"x\",c:1}", "", "1: {a:1,b:\"x\",c:1}\n"),
        ("{a:1,b:null,old:\"x\",c:1}", "strictSchema: true", "1: {a:1,b:\"x\",c:1}\n"),
        ("[\"1\"]", "", "1: {a:1,b:null,c:7}\n"),
        ("[1,\"x\",2,3]", "", "1: {a:1,b:\"x\",c:2}\n"),
        ("{col0:\"1\",col2:\"3\"}", "", "1: {a:1,b:null,c:3}\n"),
        (
            "[1,\"x\",2,3]",
            "strictSchema: true",
            "failed: row 1: the row has 4 values, the schema has 3 fields, and `strictSchema` is set; \
             set `onBadLines` to WARN or SKIP to leave such rows out",
        ),
    ] {
        assert_eq!(there_and_back(row, &format!("schema: '{FIELDS}', {more}")).await, expected, "{row}");
    }
}

#[tokio::test]
async fn bad_cells_are_null_where_that_is_forgiven() {
    let rows = "{a:\"x\",b:\"y\",c:1}\n{a:1,b:\"y\",c:\"z\"}\n{a:1,b:\"y\",c:3,d:4}\n";
    let more = format!("schema: '{FIELDS}', strictSchema: true, onBadLines: WARN");
    assert_eq!(there_and_back(rows, &more).await, "2: {a:null,b:\"y\",c:1}\n{a:1,b:\"y\",c:3}\n");
    let stage = Stage::new();
    let from = stage.put_file("in", rows.as_bytes());
    stage.run::<IonToAvro>(&format!("{{from: '{from}', {more}}}")).await.unwrap();
    assert_eq!(
        stage.lines(),
        [
            "WARN null, or nothing, in place of: row 1.a: text \"x\" is no int",
            "WARN left out: row 2.c: text \"z\" is no int",
            "WARN null, or nothing, in place of: row 3.d: the schema has no such field, and `strictSchema` is set",
        ]
    );
}

#[tokio::test]
async fn a_schema_is_made_of_rows() {
    let schema = converted::<InferAvroSchemaFromIon>(
        b"{a:1,b:null}\n{b:2026-05-06}\n{b:\"x\"}",
        "numberOfRowsToScan: 2",
    )
    .await;
    let json: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let expected = serde_json::json!({"type": "record", "name": "Record", "fields": [
        {"name": "a", "type": ["null", "long"], "default": null},
        {"name": "b", "type": ["null", {"type": "int", "logicalType": "date"}], "default": null},
    ]});
    assert_eq!(json, expected);
}

/// What is null in the first rows has a type in later ones.
#[tokio::test]
async fn a_schema_may_be_made_of_all_rows() {
    let rows = "{a:null}\n{a:2026-05-06}\n";
    let first = "numberOfRowsToScan: 1";
    assert_eq!(there_and_back(rows, first).await, "2: {a:null}\n{a:\"2026-05-06\"}\n");
    let all = format!("{first}, inferAllFields: true");
    assert_eq!(there_and_back(rows, &all).await, format!("2: {rows}"));
}

#[tokio::test]
async fn rows_that_are_lists_are_the_field_of_a_record() {
    let rows = "[\"one\",\"two\"]\n[]\n[\"three\"]\n";
    let schema = converted::<InferAvroSchemaFromIon>(rows.as_bytes(), "").await;
    let json: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let list = serde_json::json!({"type": "array", "items": ["null", "string"]});
    let fields = [serde_json::json!({"name": "value", "type": list})];
    assert_eq!(json, serde_json::json!({"type": "record", "name": "root", "fields": fields}));
    assert_eq!(there_and_back(rows, "").await, format!("3: {rows}"));
    let named = schema.replace("\"root\"", "\"a.root\"");
    assert_eq!(there_and_back(rows, &format!("schema: '{named}'")).await, format!("3: {rows}"));
    let other = schema.replace("\"root\"", "\"Other\"");
    let told = there_and_back("[\"one\"]", &format!("schema: '{other}'")).await;
    assert_eq!(told, "1: {value:[\"one\"]}\n");
    let nullable = r#"{"type":"record","name":"root","fields":[{"name":"value","type":["null","long"]}]}"#;
    assert_eq!(there_and_back("{value:1}", &format!("schema: '{nullable}'")).await, "1: {value:1}\n");
    assert!(there_and_back("[1]\n[{a:1}]", "numberOfRowsToScan: 1").await.contains("row 2.value[0]"));
}

#[tokio::test]
async fn what_is_no_avro_is_told() {
    let file = converted_bytes::<IonToAvro>(ROWS.as_bytes(), "").await.unwrap();
    for (content, expected) in [
        (&b"no"[..], "it is too short"),
        (b"nothing", "it does not begin with `Obj`"),
        (&file[..file.len() - 20], "it ends within a block"),
        (&file[..30], "it ends"),
    ] {
        let told = converted::<AvroToIon>(content, "").await;
        assert!(told.starts_with("failed: ") && told.contains(expected), "{told}");
    }
}

#[tokio::test]
async fn other_programs_read_and_write_avro() {
    let stage = Stage::new();
    let folder = stage.directory();
    std::fs::create_dir_all(&folder).unwrap();
    let ours = folder.join("ours.avro");
    std::fs::write(&ours, converted_bytes::<IonToAvro>(ROWS.as_bytes(), "").await.unwrap()).unwrap();
    let program = "import fastavro,sys,datetime,decimal\n\
        r=list(fastavro.reader(open(sys.argv[1],'rb')))\n\
        print(r[0]['s']=='ä\\n',r[0]['d'],r[0]['big'],r[0]['day'],r[0]['fine'],r[0]['time'],r[0]['b'],r[0]['l'],r[0]['m'],r[1]['i'])\n\
        s={'type':'record','name':'R','fields':[{'name':'a','type':['null','long']},\
        {'name':'d','type':{'type':'bytes','logicalType':'decimal','precision':9,'scale':2}},\
        {'name':'at','type':{'type':'long','logicalType':'timestamp-micros'}},{'name':'n','type':['null','R']}]}\n\
        for c in ['null','deflate','snappy','zstandard','bzip2','xz']:\n\
        \x20 row={'a':1,'d':decimal.Decimal('1.50'),'at':datetime.datetime(2026,5,6,tzinfo=datetime.timezone.utc),'n':None}\n\
        \x20 try: fastavro.writer(open(sys.argv[2]+'/'+c,'wb'),fastavro.parse_schema(s),[dict(row,n=row)],codec=c)\n\
        \x20 except ValueError: __import__('os').remove(sys.argv[2]+'/'+c)";
    let Some(shown) = python("fastavro", program, &[ours.to_str().unwrap(), folder.to_str().unwrap()]) else {
        return;
    };
    assert_eq!(
        shown.trim(),
        "True 0.10 12345678901234567890123 2026-05-06 2026-05-06 07:08:09.123456+00:00 07:08:09.000001 b'abc' [1, None, 3] \
         {'x': 1, 'y': {'z': 'q'}} -9223372036854775808"
    );
    let row = "a:1,d:1.50,at:2026-05-06T00:00:00.000Z";
    for codec in ["null", "deflate", "snappy", "zstandard", "bzip2", "xz"] {
        let Ok(file) = std::fs::read(folder.join(codec)) else {
            eprintln!("SKIP: fastavro cannot write {codec} here");
            continue;
        };
        let told = converted::<AvroToIon>(&file, "").await;
        assert_eq!(told, format!("1: {{{row},n:{{{row},n:null}}}}\n"), "{codec}");
    }
}
