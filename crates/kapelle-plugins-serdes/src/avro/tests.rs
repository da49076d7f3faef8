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

/// The same rows with one scale for all decimals of a column.
pub(crate) const READ: &str = "{s:\"ä\\n\",i:1,f:1.5e0,d:0.10,big:12345678901234567890123.,t:true,n:null,day:2026-05-06,\
    at:2026-05-06T07:08:09.123Z,fine:2026-05-06T07:08:09.123456000Z,local:LocalDateTime::\"2026-05-06T07:08:09.500\",\
    time:LocalTime::\"07:08:09.000001\",b:{{YWJj}},l:[1,null,3],m:{x:1,y:{z:\"q\"}},e:[]}\n\
    {s:\"\",i:-9223372036854775808,f:null,d:-12.50,big:-1.,t:null,n:\"x\",day:1969-12-31,at:1969-12-31T23:59:59.999Z,\
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
                    at:2026-05-06T05:08:00.000Z,color:\"BLUE\",tags:{a:\"1\"},count:null,note:\"\",left:\"none\"}\n";
    assert_eq!(there_and_back(row, &more).await.replace("07:08\"", "07:08:00\""), expected);
    let all = there_and_back(row, &format!("{more}, inferAllFields: true")).await;
    assert!(all.contains("note:null"), "{all}");
    for (row, more, expected) in [
        ("{id:3000000000}", schema, "row 1.id: the integer 3000000000 is no int"),
        ("{id:1.5e0}", schema, "is no int"),
        ("{id:1,price:1.234}", schema, "row 1.price: the decimal 1.234 is no decimal(10, 2)"),
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
    let more = "numberOfRowsToScan: 1, onBadLines";
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
