//! Reads a workbook, cell by cell where its form allows it.

use std::fs::File;
use std::io::{self, BufReader, Read};

use calamine::{Data, DataRef, Ods, Reader as _, Xls, Xlsb, Xlsx};
use kapelle_model::Failure;
use kapelle_plugin::Broken;

use crate::local::Local;

/// Bytes that the parts of a workbook may have together. Texts of a workbook are held in memory.
const UNPACKED_BYTES_MAX: u128 = 2 << 30;

/// Bytes of a workbook of the old form, which is read as a whole.
const OLD_BYTES_MAX: u64 = 256 << 20;

type From = BufReader<File>;

pub(super) enum Book {
    /// The only form that is read cell by cell.
    Xlsx(Box<Xlsx<From>>),
    Xlsb(Box<Xlsb<From>>),
    Xls(Box<Xls<From>>),
    Ods(Box<Ods<From>>),
}

/// A cell with something in it, by row and column from 0.
pub(super) struct Cell {
    pub(super) row: u32,
    pub(super) column: u32,
    pub(super) data: Data,
    pub(super) formula: Option<String>,
}

impl Book {
    pub(super) fn open(local: &Local) -> Result<Self, Broken> {
        let from = || Ok::<_, std::io::Error>(BufReader::new(local.file()?));
        if let Ok(mut archive) = zip::ZipArchive::new(from()?) {
            check_size(&mut archive)?;
            let has = |name: &str| archive.index_for_name(name).is_some();
            if has("xl/workbook.bin") {
                return Ok(Self::Xlsb(Box::new(Xlsb::new(from()?).map_err(|error| damaged(&error))?)));
            }
            if has("content.xml") {
                return Ok(Self::Ods(Box::new(Ods::new(from()?).map_err(|error| damaged(&error))?)));
            }
            return Ok(Self::Xlsx(Box::new(Xlsx::new(from()?).map_err(|error| damaged(&error))?)));
        }
        if local.bytes > OLD_BYTES_MAX {
            return Err(Broken::new(format!(
                "the workbook is no xlsx and has more than {} MB: save it as xlsx",
                OLD_BYTES_MAX >> 20
            )));
        }
        Ok(Self::Xls(Box::new(Xls::new(from()?).map_err(|error| damaged(&error))?)))
    }

    pub(super) fn sheets(&self) -> Vec<String> {
        match self {
            Self::Xlsx(book) => book.sheet_names(),
            Self::Xlsb(book) => book.sheet_names(),
            Self::Xls(book) => book.sheet_names(),
            Self::Ods(book) => book.sheet_names(),
        }
    }

    /// Hands the cells of a sheet over, row by row.
    pub(super) fn cells(
        &mut self,
        sheet: &str,
        wants_formulas: bool,
        found: &mut dyn FnMut(Cell) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        let (range, formulas) = match self {
            Self::Xlsx(book) => return stream(book, sheet, wants_formulas, found),
            Self::Xlsb(book) => (
                book.worksheet_range(sheet).map_err(|error| damaged(&error))?,
                wants_formulas
                    .then(|| book.worksheet_formula(sheet))
                    .transpose()
                    .map_err(|error| damaged(&error))?,
            ),
            Self::Xls(book) => (
                book.worksheet_range(sheet).map_err(|error| damaged(&error))?,
                wants_formulas
                    .then(|| book.worksheet_formula(sheet))
                    .transpose()
                    .map_err(|error| damaged(&error))?,
            ),
            Self::Ods(book) => (
                book.worksheet_range(sheet).map_err(|error| damaged(&error))?,
                wants_formulas
                    .then(|| book.worksheet_formula(sheet))
                    .transpose()
                    .map_err(|error| damaged(&error))?,
            ),
        };
        let (top, left) = range.start().unwrap_or_default();
        for (row, column, data) in range.used_cells() {
            let (row, column) = (top + row as u32, left + column as u32);
            let formula = formulas.as_ref().and_then(|formulas| formulas.get_value((row, column)));
            let formula = formula.filter(|formula| !formula.is_empty()).cloned();
            found(Cell { row, column, data: data.clone(), formula })?;
        }
        Ok(())
    }
}

fn stream(
    book: &mut Xlsx<From>,
    sheet: &str,
    wants_formulas: bool,
    found: &mut dyn FnMut(Cell) -> Result<(), Broken>,
) -> Result<(), Broken> {
    let mut cells = book.worksheet_cells_reader(sheet).map_err(|error| damaged(&error))?;
    loop {
        let (row, column, value, formula) = if wants_formulas {
            let Some(cell) = cells.next_cell_with_formula().map_err(|error| damaged(&error))? else { break };
            (cell.pos.0, cell.pos.1, cell.value, cell.formula)
        } else {
            let Some(cell) = cells.next_cell().map_err(|error| damaged(&error))? else { break };
            let (row, column) = cell.get_position();
            (row, column, cell.get_value().clone(), None)
        };
        if formula.is_some() || value != DataRef::Empty {
            found(Cell { row, column, data: value.into(), formula })?;
        }
    }
    Ok(())
}

/// Sheets are read in parts; of everything else it is made sure that it is as small as it says.
fn check_size(archive: &mut zip::ZipArchive<From>) -> Result<(), Broken> {
    let mut bytes = 0_u128;
    for place in 0..archive.len() {
        let mut part = archive.by_index(place).map_err(|error| damaged(&error))?;
        let said = part.size();
        bytes += u128::from(said);
        if bytes > UNPACKED_BYTES_MAX {
            return Err(Broken::new(format!(
                "the workbook becomes larger than {} GB: split it, or write it as CSV",
                UNPACKED_BYTES_MAX >> 30
            )));
        }
        let is_sheet = part.name().is_ok_and(|name| name.starts_with("xl/worksheets/"));
        if !is_sheet && io::copy(&mut (&mut part).take(said.saturating_add(1)), &mut io::sink())? > said {
            return Err(damaged(&"a part of it is larger than it says").into());
        }
    }
    Ok(())
}

fn damaged(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(format!("it is no workbook that can be read: {error}"))
}
