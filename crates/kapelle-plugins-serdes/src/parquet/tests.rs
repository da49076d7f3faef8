use kapelle_plugin::stage::Stage;

use super::ion_to_parquet::IonToParquet;
use super::parquet_to_ion::ParquetToIon;
use crate::avro::tests::{READ, ROWS};
use crate::testing::{converted, converted_bytes, python};

/// What is written is read again.
async fn there_and_back(rows: &str, more: &str) -> String {
    match converted_bytes::<IonToParquet>(rows.as_bytes(), more).await {
        Ok(file) => converted::<ParquetToIon>(&file, "").await.replace("07:08:09.5\"", "07:08:09.500\""),
        Err(reason) => format!("failed: {reason}"),
    }
}

#[tokio::test]
async fn rows_survive_there_and_back() {
    for more in [
        "",
        "compressionCodec: UNCOMPRESSED, parquetVersion: V1",
        "compressionCodec: SNAPPY",
        "compressionCodec: ZSTD, rowGroupSize: 1, pageSize: 1, dictionaryPageSize: 1",
    ] {
        assert_eq!(there_and_back(ROWS, more).await, format!("2: {READ}"), "{more}");
    }
}

#[tokio::test]
async fn lists_and_maps_may_be_inside_of_each_other() {
    let schema = r#"{"type":"record","name":"R","fields":[
        {"name":"l","type":{"type":"array","items":["null",{"type":"array","items":{"type":"map","values":["null","int"]}}]}},
        {"name":"r","type":{"type":"array","items":{"type":"record","name":"I","fields":[
            {"name":"e","type":["null",{"type":"enum","name":"E","symbols":["A","B"]}]},{"name":"x","type":"long"}]}}},
        {"name":"u","type":["string"]}]}"#;
    let rows = "{l:[[{a:1,b:null},{}],null,[]],r:[{e:\"B\",x:1},{e:null,x:2}],u:\"x\"}\n{l:[],r:[],u:\"\"}\n";
    assert_eq!(there_and_back(rows, &format!("schema: '{schema}'")).await, format!("2: {rows}"));
}

#[tokio::test]
async fn what_cannot_be_written_or_read_is_told() {
    for (schema, expected) in [
        (r#"["null","string"]"#, "the schema has to be a record"),
        (
            r#"{"type":"record","name":"R","fields":[{"name":"a","type":["long","string"]}]}"#,
            "the field `a` cannot be a column: a column has one type",
        ),
        (r#"{"type":"record","name":"R","fields":[{"name":"a","type":["null","R"]}]}"#, "or name themselves"),
    ] {
        let told = there_and_back("{a:1}", &format!("schema: '{schema}'")).await;
        assert!(told.contains(expected), "{told}");
    }
    let bad = there_and_back("{a:1}\n{a:\"x\"}", "numberOfRowsToScan: 1").await;
    assert!(bad.contains("row 2.a: text \"x\" is no long"), "{bad}");
    assert_eq!(
        there_and_back("{a:1}\n{a:\"x\"}", "numberOfRowsToScan: 1, onBadLines: SKIP").await,
        "2: {a:1}\n{a:null}\n"
    );
    assert!(
        converted::<ParquetToIon>(b"no parquet", "")
            .await
            .contains("it is no file of Parquet that can be read")
    );
    let file = converted_bytes::<IonToParquet>(ROWS.as_bytes(), "").await.unwrap();
    assert!(converted::<ParquetToIon>(&file[..file.len() - 9], "").await.starts_with("failed: "));
}

#[tokio::test]
async fn other_programs_read_and_write_parquet() {
    let stage = Stage::new();
    let folder = stage.directory();
    std::fs::create_dir_all(&folder).unwrap();
    let ours = folder.join("ours");
    std::fs::write(&ours, converted_bytes::<IonToParquet>(ROWS.as_bytes(), "").await.unwrap()).unwrap();
    let program = "import pyarrow as pa,pyarrow.parquet as pq,sys,datetime,decimal\n\
        t=pq.read_table(sys.argv[1]);r=t.to_pylist()\n\
        print(r[0]['s']=='ä\\n',r[0]['d'],r[0]['big'],r[0]['day'],r[0]['fine'],r[0]['time'],r[0]['b'],r[0]['l'],r[0]['m'],r[1]['i'])\n\
        u=datetime.timezone.utc\n\
        t=pa.table({'i':pa.array([1,None],pa.uint64()),'d':pa.array([decimal.Decimal('1.50'),None],pa.decimal128(9,2)),\
        'n':pa.array([1,2],pa.timestamp('ns',tz='UTC')),'p':pa.array([datetime.datetime(2026,5,6),None],pa.timestamp('us')),\
        'l':pa.array([[1,None],[]],pa.list_(pa.int32())),'st':pa.array([{'a':'x'},None],pa.struct([('a',pa.string())])),\
        'mp':pa.array([[('k',1)],[]],pa.map_(pa.string(),pa.int64())),'dic':pa.array(['v','v']).dictionary_encode()})\n\
        for c in ['none','snappy','gzip','zstd','lz4']:\n\
        \x20 pq.write_table(t,sys.argv[2]+'/'+c,compression=c,version='2.6',data_page_version='2.0' if c=='zstd' else '1.0')";
    let Some(shown) = python("pyarrow", program, &[ours.to_str().unwrap(), folder.to_str().unwrap()]) else {
        return;
    };
    assert_eq!(
        shown.trim(),
        "True 0.10 12345678901234567890123 2026-05-06 2026-05-06 07:08:09.123456+00:00 07:08:09.000001 b'abc' [1, None, 3] \
         {'x': 1, 'y': {'z': 'q'}} -9223372036854775808"
    );
    let expected = "2: {i:1,d:1.50,n:1970-01-01T00:00:00.000000001Z,p:LocalDateTime::\"2026-05-06T00:00:00\",l:[1,null],\
        st:{a:\"x\"},mp:{k:1},dic:\"v\"}\n{i:null,d:null,n:1970-01-01T00:00:00.000000002Z,p:null,l:[],st:null,mp:{},dic:\"v\"}\n";
    for codec in ["none", "snappy", "gzip", "zstd", "lz4"] {
        let told = converted::<ParquetToIon>(&std::fs::read(folder.join(codec)).unwrap(), "").await;
        assert_eq!(told, expected, "{codec}");
    }
}
