//! Writes a workbook part by part: rows go into it as they come.

use std::fmt::Write as _;
use std::io::Write;

use kapelle_model::Failure;
use kapelle_plugin::Broken;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use crate::converted::NewBuffer;

/// What Excel can hold.
const ROWS_MAX: u64 = 1_048_576;
const COLUMNS_MAX: usize = 16_384;
const TEXT_MAX: usize = 32_767;
const FORMULA_MAX: usize = 8_192;
const NAME_MAX: usize = 31;

/// What a cell holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Empty,
    Text(String),
    /// Without the `=` in front.
    Formula(String),
    Number(String),
    Flag(bool),
    /// A date, a time, or both, as a number.
    Date(f64, Look),
}

/// How cells look, by their places in the list of styles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Plain,
    Header,
    Date,
    Time,
    DateTime,
}

/// The formats of dates, times and both.
pub(super) struct Formats {
    pub(super) date: String,
    pub(super) time: String,
    pub(super) date_time: String,
}

pub(super) struct Workbook {
    zip: ZipWriter<StreamWriter<NewBuffer>>,
    names: Vec<String>,
    rows: u64,
}

fn told(error: &zip::result::ZipError) -> Failure {
    Failure::new(format!("the workbook cannot be written: {error}"))
}

impl Workbook {
    pub(super) fn new(to: NewBuffer) -> Self {
        Self { zip: ZipWriter::new_stream(to), names: Vec::new(), rows: 0 }
    }

    fn part(&mut self, name: &str, is_large: bool) -> Result<(), Failure> {
        let options =
            SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).large_file(is_large);
        self.zip.start_file(name, options).map_err(|error| told(&error))
    }

    /// Begins a sheet.
    pub(super) fn begin_sheet(&mut self, name: &str) -> Result<(), Broken> {
        let is_wrong = name.is_empty()
            || name.chars().count() > NAME_MAX
            || name.contains(['[', ']', ':', '*', '?', '/', '\\'])
            || name.starts_with('\'')
            || name.ends_with('\'');
        if is_wrong {
            return Err(Broken::new(format!(
                "`{name}` cannot be the name of a sheet: it has 1 to {NAME_MAX} characters, without [ ] : * ? / \\"
            )));
        }
        if self.names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            return Err(Broken::new(format!("two sheets are called `{name}`")));
        }
        self.names.push(name.to_owned());
        self.rows = 0;
        self.part(&format!("xl/worksheets/sheet{}.xml", self.names.len()), true)?;
        write!(
            self.zip,
            "{HEAD}<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>"
        )?;
        Ok(())
    }

    pub(super) fn row(&mut self, cells: &[Cell], look: Look) -> Result<(), Broken> {
        self.rows += 1;
        if self.rows > ROWS_MAX {
            return Err(Broken::new(format!(
                "a sheet has at most {ROWS_MAX} rows: write CSV or Parquet instead"
            )));
        }
        if cells.len() > COLUMNS_MAX {
            return Err(Broken::new(format!("a sheet has at most {COLUMNS_MAX} columns")));
        }
        let mut out = String::from("<row>");
        for cell in cells {
            let look = if let Cell::Date(_, look) = cell { *look } else { look };
            let style = if look == Look::Plain { String::new() } else { format!(" s=\"{}\"", look as u8) };
            // Nothing is written that can fail into a text.
            let _done = match cell {
                Cell::Empty => write!(out, "<c{style}/>"),
                Cell::Formula(formula) => {
                    if formula.encode_utf16().count() > FORMULA_MAX {
                        return Err(Broken::new(format!("a formula has at most {FORMULA_MAX} characters")));
                    }
                    write!(out, "<c{style}><f>{}</f></c>", escaped(formula))
                }
                Cell::Number(number) => write!(out, "<c{style}><v>{number}</v></c>"),
                Cell::Date(number, _) => write!(out, "<c{style}><v>{number}</v></c>"),
                Cell::Flag(flag) => write!(out, "<c{style} t=\"b\"><v>{}</v></c>", u8::from(*flag)),
                Cell::Text(text) => {
                    if text.encode_utf16().count() > TEXT_MAX {
                        return Err(Broken::new(format!("a cell has at most {TEXT_MAX} characters")));
                    }
                    let text = escaped(text);
                    write!(out, "<c{style} t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>")
                }
            };
        }
        out.push_str("</row>");
        self.zip.write_all(out.as_bytes())?;
        Ok(())
    }

    pub(super) fn end_sheet(&mut self) -> Result<(), Broken> {
        write!(self.zip, "</sheetData></worksheet>")?;
        Ok(())
    }

    /// Writes what holds the sheets together.
    pub(super) fn finish(mut self, formats: &Formats) -> Result<NewBuffer, Broken> {
        const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        const RELATION: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
        const TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";
        let names = std::mem::take(&mut self.names);
        let mut sheets = String::new();
        let mut relations = String::new();
        let mut types = String::new();
        for (place, name) in names.iter().enumerate() {
            let (number, name) = (place + 1, escaped(name));
            let name = name.replace('"', "&quot;");
            let _ = write!(sheets, "<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"rId{number}\"/>");
            let _ = write!(
                relations,
                "<Relationship Id=\"rId{number}\" Type=\"{RELATION}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
            );
            let _ = write!(
                types,
                "<Override PartName=\"/xl/worksheets/sheet{number}.xml\" ContentType=\"{TYPE}.worksheet+xml\"/>"
            );
        }
        let styles = names.len() + 1;
        let parts = [
            (
                "xl/workbook.xml",
                format!(
                    "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATION}\"><sheets>{sheets}</sheets></workbook>"
                ),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                format!(
                    "<Relationships xmlns=\"{PACKAGE}/relationships\">{relations}<Relationship Id=\"rId{styles}\" \
                     Type=\"{RELATION}/styles\" Target=\"styles.xml\"/></Relationships>"
                ),
            ),
            ("xl/styles.xml", style_sheet(MAIN, formats)),
            (
                "_rels/.rels",
                format!(
                    "<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" \
                     Type=\"{RELATION}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
                ),
            ),
            (
                "[Content_Types].xml",
                format!(
                    "<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" \
                     ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" \
                     ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" \
                     ContentType=\"{TYPE}.sheet.main+xml\"/><Override PartName=\"/xl/styles.xml\" \
                     ContentType=\"{TYPE}.styles+xml\"/>{types}</Types>"
                ),
            ),
        ];
        for (name, content) in parts {
            self.part(name, false)?;
            self.zip.write_all(HEAD.as_bytes())?;
            self.zip.write_all(content.as_bytes())?;
        }
        Ok(self.zip.finish().map_err(|error| told(&error))?.into_inner())
    }
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// The styles in the order of [`Look`].
fn style_sheet(main: &str, formats: &Formats) -> String {
    let format = |number: u32, code: &str| {
        format!("<numFmt numFmtId=\"{number}\" formatCode=\"{}\"/>", escaped(code).replace('"', "&quot;"))
    };
    let numbered = |number: u32| {
        format!(
            "<xf numFmtId=\"{number}\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>"
        )
    };
    format!(
        "<styleSheet xmlns=\"{main}\"><numFmts count=\"3\">{}{}{}</numFmts><fonts count=\"2\"><font/><font><b/></font></fonts>\
         <fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill>\
         </fills><borders count=\"1\"><border/></borders><cellStyleXfs count=\"1\"><xf/></cellStyleXfs><cellXfs count=\"5\">\
         <xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>\
         <xf numFmtId=\"0\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\"/>{}{}{}</cellXfs></styleSheet>",
        format(164, &formats.date),
        format(165, &formats.time),
        format(166, &formats.date_time),
        numbered(164),
        numbered(165),
        numbered(166),
    )
}

/// Text of an element. Characters that XML cannot have are written by number, as Excel does.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\t' | '\n' => out.push(character),
            '\0'..' ' | '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(out, "_x{:04X}_", u32::from(character));
            }
            _ => out.push(character),
        }
    }
    out
}
