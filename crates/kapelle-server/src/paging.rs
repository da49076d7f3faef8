//! Pages of lists: which part of it, in which order.

use serde_json::{Value as Json, json};

use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::limits::PAGE_MAX;

/// Rows of a page where nobody says how many.
const SIZE: u32 = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Paging {
    /// From 1.
    pub(crate) page: u32,
    pub(crate) size: u32,
}

/// A column, and whether the largest comes first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sorting {
    pub(crate) column: String,
    pub(crate) is_descending: bool,
}

impl Paging {
    pub(crate) fn read(call: &Call) -> Outcome<Self> {
        let page = call.number("page")?.unwrap_or(1);
        let size = call.number("size")?.unwrap_or(SIZE);
        if page < 1 {
            return Err(ApiError::invalid_entity("page: must be greater than or equal to 1"));
        }
        if !(1..=PAGE_MAX).contains(&size) {
            return Err(ApiError::invalid_entity(format!("size: must be from 1 to {PAGE_MAX}")));
        }
        Ok(Self { page, size })
    }

    pub(crate) fn offset(self) -> u64 {
        u64::from(self.page - 1) * u64::from(self.size)
    }

    /// The part of a list that is all there.
    pub(crate) fn of<T>(self, rows: &[T]) -> &[T] {
        let from = usize::try_from(self.offset()).unwrap_or(usize::MAX).min(rows.len());
        let until = from.saturating_add(self.size as usize).min(rows.len());
        &rows[from..until]
    }
}

/// The orders that are asked for, the first one first.
pub(crate) fn sortings(call: &Call) -> Outcome<Vec<Sorting>> {
    let texts = call.query.all("sort").filter(|text| !text.is_empty());
    texts
        .map(|text| {
            let wrong = || ApiError::invalid_entity(format!("sort: `{text}` is to be written as column:asc"));
            let (column, direction) = text.rsplit_once(':').ok_or_else(wrong)?;
            let is_descending = match direction.to_ascii_lowercase().as_str() {
                "asc" => false,
                "desc" => true,
                _ => return Err(wrong()),
            };
            Ok(Sorting { column: column.to_owned(), is_descending })
        })
        .collect()
}

pub(crate) fn no_column(column: &str) -> ApiError {
    ApiError::invalid_entity(format!("sort: there is no column `{column}`"))
}

/// A page as clients know it.
pub(crate) fn page(rows: &[Json], total: u64) -> Json {
    json!({"results": rows, "total": total})
}
