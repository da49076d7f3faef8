//! Workbooks of Excel.

mod book;
mod cells;
pub(crate) mod excel_to_ion;
mod format;
pub(crate) mod ion_to_excel;
mod sheet;
#[cfg(test)]
mod tests;
