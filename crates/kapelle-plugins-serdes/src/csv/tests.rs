use kapelle_plugin::stage::Stage;

use super::csv_to_ion::CsvToIon;
use super::ion_to_csv::IonToCsv;
use crate::testing::{converted, converted_bytes};

async fn read(content: &str, more: &str) -> String {
    converted::<CsvToIon>(content.as_bytes(), more).await
}

async fn written(rows: &str, more: &str) -> String {
    converted::<IonToCsv>(rows.as_bytes(), more).await
}

#[tokio::test]
async fn rows_are_maps_of_text() {
    for (content, more, expected) in [
        ("a,b\n1,x\n2,\n", "", "2: {a:\"1\",b:\"x\"}\n{a:\"2\",b:\"\"}\n"),
        ("a,b\r\n1,x\r\n", "", "1: {a:\"1\",b:\"x\"}\n"),
        ("a,b\r1,x", "", "1: {a:\"1\",b:\"x\"}\n"),
        ("a,b\n1,\"x\ny,\"\"z\"\"\"\n", "", "1: {a:\"1\",b:\"x\\ny,\\\"z\\\"\"}\n"),
        (
            "\u{feff}ä;b\n1;'x;'''\n",
            "fieldSeparator: ';', textDelimiter: \"'\"",
            "1: {'ä':\"1\",b:\"x;'\"}\n",
        ),
        ("a\tb\n1\t2\n", "fieldSeparator: \"\\t\"", "1: {a:\"1\",b:\"2\"}\n"),
        ("a\tb\n1\t2\n", "fieldSeparator: '\\t'", "1: {a:\"1\",b:\"2\"}\n"),
        ("1,x\n2,y\n", "header: false", "2: [\"1\",\"x\"]\n[\"2\",\"y\"]\n"),
        ("a,b\n1,\"two\nlines\"\n3,4\n5,6\n", "skipRows: 2", "1: {a:\"5\",b:\"6\"}\n"),
        ("1,2\n3,4\n", "skipRows: 1, header: false", "1: [\"3\",\"4\"]\n"),
        ("a,b\n1,\\N\n", "", "1: {a:\"1\",b:null}\n"),
        ("a\n1\n", "skipRows: -1", "1: {a:\"1\"}\n"),
        ("a,b\n\n1,2\n,\n", "skipEmptyRows: true", "2: {a:\"1\",b:\"2\"}\n{a:\"\",b:\"\"}\n"),
        ("a\n\n\"\"\n", "skipEmptyRows: true", "1: {a:\"\"}\n"),
        ("1\n2,3\n", "header: false", "2: [\"1\"]\n[\"2\",\"3\"]\n"),
        ("a\n\n1\n", "", "2: {a:\"\"}\n{a:\"1\"}\n"),
        ("a,,b,,\n1,2,3,4,5\n", "", "1: {a:\"1\",'':\"2\",b:\"3\"}\n"),
        ("a,\n1,2\n", "onEmptyHeader: RENAME", "1: {a:\"1\",col_1:\"2\"}\n"),
        ("col_1,,\n1,2,3\n", "onEmptyHeader: RENAME", "1: {col_1:\"1\",col_1_2:\"2\",col_2:\"3\"}\n"),
        ("a,b\n1,\"x\"y\n", "allowExtraCharsAfterClosingQuote: true", "1: {a:\"1\",b:\"xy\"}\n"),
        ("a,b\n1,x\"y\n", "", "1: {a:\"1\",b:\"x\\\"y\"}\n"),
        (
            "a,b\n1\n1,2,3\n",
            "errorOnDifferentFieldCount: false",
            "2: {a:\"1\"}\n{a:\"1\",b:\"2\",col_2:\"3\"}\n",
        ),
        ("", "", "0: "),
        ("a,b\n", "", "0: "),
    ] {
        assert_eq!(read(content, more).await, expected, "{content:?} {more}");
    }
}

#[tokio::test]
async fn broken_rows_are_told_or_left_out() {
    let content = "a,b\n1,x\n2\n3,\"x\"y\n4,z,\n5,q\n6,\"";
    let left = "2: {a:\"1\",b:\"x\"}\n{a:\"5\",b:\"q\"}\n";
    assert_eq!(read(content, "onBadLines: SKIP").await, left);
    let stage = Stage::new();
    let from = stage.put_file("in", content.as_bytes());
    stage.run::<CsvToIon>(&format!("{{from: '{from}', onBadLines: WARN}}")).await.unwrap();
    let lines = stage.lines();
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert_eq!(lines[0], "WARN left out: row 3 at line 3 has 1 fields where 2 are expected");
    assert!(lines[1].contains("line 4, column 6") && lines[3].contains("not closed"), "{lines:?}");
    for (content, more, expected) in [
        ("a,b\n1\n", "", "row 2 at line 2 has 1 fields where 2 are expected; set `onBadLines`"),
        ("a,b\n1,2\n\n", "", "row 3 at line 3 is empty: set `skipEmptyRows`"),
        ("a,b\n1,2,3\n", "errorOnDifferentFieldCount: true", "has 3 fields"),
        ("a,b\n1,\"\n\n2", "", "the \" at line 2, column 3 is not closed"),
        ("a,b\n1,xyz\n", "maxFieldSize: 2", "line 2 has more than 2 characters: set `maxFieldSize`"),
        ("a,b\n1,xyz\n", "maxBufferSize: 3", "set `maxBufferSize`"),
        ("\n1,2\n", "", "the header has no names"),
        ("a\n1", "fieldSeparator: ';;'", "`fieldSeparator` has to be one character, not \";;\""),
        ("a\n1", "fieldSeparator: ';', textDelimiter: ';'", "have to be different"),
    ] {
        let told = read(content, more).await;
        assert!(told.starts_with("failed: ") && told.contains(expected), "{content:?}: {told}");
    }
}

#[tokio::test]
async fn charsets_are_read_and_written() {
    let latin = b"a\n\xe9\n".as_slice();
    assert_eq!(converted::<CsvToIon>(latin, "charset: ISO-8859-1").await, "1: {a:\"é\"}\n");
    assert!(converted::<CsvToIon>(latin, "").await.contains("no text in UTF-8: see byte 2"));
    assert_eq!(
        converted_bytes::<IonToCsv>("{a:\"é\"}".as_bytes(), "charset: ISO-8859-1").await.unwrap(),
        latin
    );
    let told = converted::<IonToCsv>("{a:\"é\"}\n{a:\"€\"}".as_bytes(), "charset: ISO-8859-1").await;
    assert!(told.contains("row 2") && told.contains('€'), "{told}");
}

#[tokio::test]
async fn rows_become_lines() {
    let row = "{s:\"a,b\",q:\"x\\\"y\",l:\"1\\n2\",n:null,e:\"\",t:true,i:12345678901234567890123,f:1.5e0,d:1.10,\
               day:2026-05-06,at:2026-05-06T07:08:09.123Z,b:{{YWJj}},c:[1,{k:\"v\"}]}";
    let expected = "1: s,q,l,n,e,t,i,f,d,day,at,b,c\n\"a,b\",\"x\"\"y\",\"1\n2\",,,true,12345678901234567890123,1.5,1.10,\
                    2026-05-06,2026-05-06T07:08:09.123Z,YWJj,\"[1,{\"\"k\"\":\"\"v\"\"}]\"\n";
    assert_eq!(written(row, "").await, expected);
    for (rows, more, expected) in [
        ("{a:1,b:2}\n{b:3}\n", "", "2: a,b\n1,2\n,3\n"),
        ("{a:1}", "header: false, lineDelimiter: \"\\r\\n\"", "1: 1\r\n"),
        ("[1,\"x\"]", "header: false", "1: 1,x\n"),
        ("{a:1,b:\"x\",c:null}", "quoteMode: NON_NUMERIC, header: false", "1: 1,\"x\",\n"),
        (
            "[\"2.50\",\"+007\",\"1.2.3\",1e-9,-2,\"-\",\"\",true]",
            "quoteMode: NON_NUMERIC, header: false",
            "1: 2.50,+007,\"1.2.3\",\"1.0E-9\",-2,\"-\",,\"true\"\n",
        ),
        ("{a:1,b:null}", "alwaysDelimitText: true", "1: \"a\",\"b\"\n\"1\",\"\"\n"),
        ("{a:\"\"}", "", "1: a\n\"\"\n"),
        ("{a:\"x;y\",b:2}", "fieldSeparator: ';', textDelimiter: \"'\"", "1: a;b\n'x;y';2\n"),
        ("{a:2026-05-06}", "dateFormat: dd.MM.yyyy, header: false", "1: 06.05.2026\n"),
        (
            "{a:2026-05-06T07:08:09Z}",
            "dateTimeFormat: \"yyyy-MM-dd HH:mm Z\", timeZoneId: Europe/Paris, header: false",
            "1: 2026-05-06 07:08 +0000\n",
        ),
        (
            "[2021-05-05T10:21:12.123456Z,ZonedDateTime::\"2021-05-05T12:21:12.123456+02:00\",\
             LocalDateTime::\"2021-05-05T12:21:00\"]",
            "timeZoneId: Europe/Lisbon, header: false",
            "1: 2021-05-05T10:21:12.123Z,2021-05-05T11:21:12.123+01:00,2021-05-05T12:21:00.000\n",
        ),
        ("", "", "0: "),
    ] {
        assert_eq!(written(rows, more).await, expected, "{rows} {more}");
    }
    for (rows, more, expected) in [
        ("{a:1}\n{b:2}", "", "failed: row 2: it has the field `b`, which the first row does not have"),
        ("[1]", "", "failed: row 1: it is a list"),
        ("{a:1}", "dateFormat: 'foo'", "failed: the format `foo` is wrong"),
        ("{a:1}", "timeZoneId: Europe/Pariss", "did you mean `Europe/Paris`?"),
    ] {
        let told = written(rows, more).await;
        assert!(told.contains(expected), "{told}");
    }
}

#[tokio::test]
async fn a_file_survives_there_and_back() {
    let content = "a,b\n\"1,\n2\",ä\n,\"\"\"\"\n";
    let stage = Stage::new();
    let from = stage.put_file("in", content.as_bytes());
    let rows = stage.run::<CsvToIon>(&format!("from: '{from}'")).await.unwrap();
    let rows = crate::testing::address(&rows);
    let back = stage.run::<IonToCsv>(&format!("from: '{rows}'")).await.unwrap();
    assert_eq!(stage.content(&crate::testing::address(&back)), content);
    assert_eq!(stage.metrics()[0], kapelle_plugin::Metric::counter("records", 2.0));
    stage.stop();
    assert!(stage.run::<CsvToIon>(&format!("from: '{from}'")).await.unwrap_err().is_killed);
}
