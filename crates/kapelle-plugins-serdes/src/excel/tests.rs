use kapelle_model::Value;
use kapelle_plugin::stage::Stage;

use super::excel_to_ion::ExcelToIon;
use super::ion_to_excel::IonToExcel;
use crate::testing::{address, bytes, converted_bytes};

const ROWS: &str = "{s:\"<ä> & \\\"x\\\"\\n\",i:1,f:1.5e0,d:0.10,big:12345678901234567890,t:true,n:null,day:2026-05-06,\
    at:LocalDateTime::\"2026-05-06T07:08:09.5\",time:LocalTime::\"07:08:09\",l:[1]}\n{s:\"\",i:2}\n";

/// The rows of the sheets of a workbook, each sheet behind its name.
async fn read(workbook: &[u8], more: &str) -> String {
    let stage = Stage::new();
    let from = stage.put_file("in", workbook);
    match stage.run::<ExcelToIon>(&format!("{{from: '{from}', {more}}}")).await {
        Ok(given) => {
            let Value::Map(uris) = &given["uris"] else { panic!("{given:?}") };
            let shown = |(name, uri): (&std::sync::Arc<str>, &Value)| {
                let Value::Str(uri) = uri else { panic!("{uri:?}") };
                format!("{name}: {}", stage.content(uri.expose()))
            };
            uris.iter().map(shown).collect()
        }
        Err(broken) => format!("failed: {}", broken.failure),
    }
}

#[tokio::test]
async fn rows_survive_there_and_back() {
    let book = converted_bytes::<IonToExcel>(ROWS.as_bytes(), "").await.unwrap();
    let first = "{s:\"<ä> & \\\"x\\\"\\n\",i:1,f:1.5e0,d:0.1e0,big:\"12345678901234567890\",t:true,n:null,day:2026-05-06,\
        at:LocalDateTime::\"2026-05-06T07:08:09.5\",time:LocalTime::\"07:08:09\",l:\"[1]\"}\n";
    let told = read(&book, "").await;
    assert!(told.starts_with(&format!("Sheet: {first}{{s:\"\",i:2,f:null")), "{told}");
    let list = read(&book, "header: false, skipRows: 2").await;
    assert!(list.starts_with("Sheet: [\"\",2"), "{list}");
    let serial = read(&book, "dateTimeRender: SERIAL_NUMBER").await;
    assert!(serial.contains("day:46148,"), "{serial}");
    let text = read(&book, "valueRender: FORMATTED_VALUE").await;
    assert!(text.contains("i:\"1\",f:\"1.5\"") && text.contains("day:\"2026-05-06\""), "{text}");
    let plain = converted_bytes::<IonToExcel>(ROWS.as_bytes(), "styles: false, dateFormat: dd.MM.yyyy")
        .await
        .unwrap();
    assert!(read(&plain, "").await.contains("day:\"06.05.2026\""));
    let moments = b"[2026-05-06T07:08:09Z,ZonedDateTime::\"2026-05-06T07:08:09+09:00\"]";
    let more = "header: false, styles: false, timeZoneId: Europe/Paris";
    let moments = converted_bytes::<IonToExcel>(moments, more).await.unwrap();
    let expected = "Sheet: [\"2026-05-06T09:08:09.000+02:00\",\"2026-05-06T00:08:09.000+02:00\"]\n";
    assert_eq!(read(&moments, "header: false").await, expected);
}

#[tokio::test]
async fn texts_may_be_formulas() {
    let book =
        converted_bytes::<IonToExcel>(b"[2,\"Formula:A1*2<5\",\"Formula:\"]", "header: false").await.unwrap();
    let told = read(&book, "header: false, valueRender: FORMULA").await;
    assert_eq!(told, "Sheet: [2,\"A1*2<5\",\"Formula:\"]\n");
}

#[tokio::test]
async fn sheets_have_files_of_their_own() {
    let stage = Stage::new();
    let (one, two) = (stage.put_file("one", b"{a:1}"), stage.put_file("two", b"[1,2]\n[3]"));
    let properties = format!("{{from: {{One: '{one}', 'Two & 2': '{two}'}}, header: false}}");
    let book = bytes(&stage, &address(&stage.run::<IonToExcel>(&properties).await.unwrap()));
    assert_eq!(read(&book, "header: false").await, "One: [1]\nTwo & 2: [1,2]\n[3]\n");
    assert_eq!(read(&book, "header: false, sheetsTitle: [One]").await, "One: [1]\n");
    let told = read(&book, "sheetsTitle: [Three]").await;
    assert_eq!(told, "failed: there is no sheet `Three`: there are `One`, `Two & 2`");
}

#[tokio::test]
async fn what_excel_cannot_hold_is_told() {
    let long = format!("{{a:\"{}\"}}", "x".repeat(40_000));
    for (rows, more, expected) in [
        (long.as_str(), "", "row 1 of the sheet `Sheet`: a cell has at most 32767 characters"),
        ("{a:1}\n{b:2}", "", "row 2 of the sheet `Sheet`: it has the field `b`"),
        ("{a:1}", "sheetsTitle: 'a/b'", "`a/b` cannot be the name of a sheet"),
        ("[1]", "", "set `header: false`"),
    ] {
        let told = converted_bytes::<IonToExcel>(rows.as_bytes(), more).await.unwrap_err();
        assert!(told.contains(expected), "{told}");
    }
    assert!(read(b"no workbook", "").await.contains("it is no workbook that can be read"));
}

/// Python of a virtual environment that has the libraries, or the one of the machine.
fn python(program: &str, arguments: &[&str]) -> Option<String> {
    crate::testing::python("openpyxl", program, arguments)
}

#[tokio::test]
async fn other_programs_read_and_write_workbooks() {
    let folder = std::env::temp_dir().join(format!("kapelle-excel-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (ours, theirs) = (folder.join("ours.xlsx"), folder.join("theirs.xlsx"));
    std::fs::write(&ours, converted_bytes::<IonToExcel>(ROWS.as_bytes(), "").await.unwrap()).unwrap();
    let program = "import openpyxl,sys,datetime\n\
        s=openpyxl.load_workbook(sys.argv[1])['Sheet']\n\
        print([[str(c.value) for c in r] for r in s.iter_rows(min_row=2)][0])\n\
        b=openpyxl.Workbook();s=b.active;s.append(['a','b','c']);s.append([1,'=1+1',datetime.datetime(2026,5,6,12)])\n\
        s.append([None,'x',True]);b.save(sys.argv[2])";
    if let Some(shown) = python(program, &[ours.to_str().unwrap(), theirs.to_str().unwrap()]) {
        assert_eq!(
            shown.trim(),
            "['<ä> & \"x\"\\n', '1', '1.5', '0.1', '12345678901234567890', 'True', 'None', '2026-05-06 00:00:00', \
             '2026-05-06 07:08:09.500000', '07:08:09', '[1]']"
        );
        let told = read(&std::fs::read(&theirs).unwrap(), "valueRender: FORMULA").await;
        assert_eq!(
            told,
            "Sheet: {a:1,b:\"1+1\",c:LocalDateTime::\"2026-05-06T12:00:00\"}\n{a:null,b:\"x\",c:true}\n"
        );
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
