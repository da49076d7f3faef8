use kapelle_model::Value;

use super::{RowFile, Rows};
use crate::stage::Stage;

/// The rows of a file as lines, or why there are none.
fn rows(content: &[u8]) -> Result<Vec<String>, String> {
    let stage = Stage::new();
    let from = stage.put_file("rows.ion", content);
    let cx = stage.context();
    let mut rows = Rows::open(&cx, &from.as_str().into()).map_err(|broken| broken.failure.to_string())?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next().map_err(|broken| broken.failure.to_string())? {
        lines.push(String::from_utf8(super::line(&row).unwrap()).unwrap().trim_end().to_owned());
    }
    Ok(lines)
}

#[test]
fn rows_may_stand_on_one_line_or_on_several() {
    for (content, expected) in [
        ("", vec![]),
        ("\n\n", vec![]),
        ("{a:1}\n{a:2}", vec!["{a:1}", "{a:2}"]),
        ("{a:1} {a:2}\n", vec!["{a:1}", "{a:2}"]),
        ("{\n  \"a\": 1, // one }\n  b: '''x\n}'''\n}\n7", vec!["{a:1,b:\"x\\n}\"}", "7"]),
        (
            "{a:\"}\\\"\",'b}':{{ //8= }}}\n{a:{{\"}}\"}}}",
            vec!["{a:\"}\\\"\",'b}':{{//8=}}}", "{a:{{fX0=}}}"],
        ),
        ("/* {\n */ LocalDate::\n\"2026-05-06\"", vec!["2026-05-06"]),
    ] {
        assert_eq!(
            rows(content.as_bytes()),
            Ok(expected.into_iter().map(str::to_owned).collect()),
            "{content}"
        );
    }
}

#[test]
fn what_is_no_row_is_told_with_its_line() {
    for (content, expected) in [
        (&b"{a:1}\n{a:\n"[..], "line 3"),
        (b"{a:1}\n{a:\"x}\n", "line 2"),
        (b"{a:1}\n\xff\n", "line 2"),
        (b"\xe0\x01\x00\xea\xde\x8a\x21", "ends in the middle"),
    ] {
        let problem = rows(content).unwrap_err();
        assert!(problem.contains(expected), "{problem}");
    }
}

#[test]
fn binary_rows_are_read_too() {
    let table = [0xe0, 0x01, 0x00, 0xea, 0xe7, 0x81, 0x83, 0xd4, 0x87, 0xb2, 0x81, b'a'];
    let row = [0xd3, 0x8a, 0x21, 0x07];
    assert_eq!(rows(&[&table[..], &row, &row].concat()), Ok(vec!["{a:7}".to_owned(); 2]));
}

#[test]
fn binary_rows_are_written_as_they_are_read() {
    let stage = Stage::new();
    let cx = stage.context();
    let written = ["{a:1,b:\"x\"}", "{b:2026-05-06,c:1.50}", "{c:2026-05-06T07:08:09.000Z}"];
    let mut file = RowFile::create_binary(&cx).unwrap();
    for row in written {
        file.add(&kapelle_core::expression::plain::from_ion(row, 1).unwrap()[0]).unwrap();
    }
    let uri = file.finish().unwrap();
    let mut content = Vec::new();
    std::io::Read::read_to_end(&mut stage.files().open(&uri).unwrap(), &mut content).unwrap();
    assert!(content.starts_with(b"\xe0\x01\x00\xea"), "{content:?}");
    assert_eq!(rows(&content), Ok(written.map(str::to_owned).to_vec()));
}

#[test]
fn a_file_ends_early_when_the_attempt_does() {
    let stage = Stage::new();
    let cx = stage.context();
    let mut file = RowFile::create(&cx).unwrap();
    file.add(&Value::Int(1)).unwrap();
    stage.stop();
    assert!(file.add(&Value::Int(2)).unwrap_err().is_killed);
}
