//! Files that say what a task did, or would do: a line for each file or flow.

use std::io::Write;
use std::sync::Arc;

use kapelle_model::{Map, Value};
use kapelle_plugin::{Broken, Name, RunContext};

/// What a task makes of a file or flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SyncState {
    Added,
    /// A flow gets a new revision.
    Updated,
    /// A file gets another content.
    Overwritten,
    Unchanged,
    Deleted,
}

impl SyncState {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Added => "ADDED",
            Self::Updated => "UPDATED",
            Self::Overwritten => "OVERWRITTEN",
            Self::Unchanged => "UNCHANGED",
            Self::Deleted => "DELETED",
        }
    }
}

/// A line: names and values.
pub(crate) type Row = Vec<(&'static str, Value)>;

/// Keeps rows as a file in Ion. Its address.
pub(crate) fn keep(cx: &RunContext, rows: Vec<Row>) -> Result<String, Broken> {
    let mut file = cx.host.files().create(Name::Ending(".ion"))?;
    for row in rows {
        let map: Map = row.into_iter().map(|(name, value)| (Arc::from(name), value)).collect();
        let line =
            cx.with([(Arc::from("row"), Value::Map(Arc::new(map)))]).render_text("{{ row | toIon }}")?;
        writeln!(file, "{}", line.expose())?;
    }
    Ok(file.finish()?)
}

/// The lines that a commit adds, takes away and changes, from what `git` counts.
pub(crate) fn counted(answer: &[u8]) -> Vec<Row> {
    let entries = answer.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    entries
        .filter_map(|entry| {
            let mut parts = entry.splitn(3, '\t');
            let mut count = || parts.next().map(|text| text.trim().parse().unwrap_or(0_i64));
            let (added, deleted) = (count()?, count()?);
            let path = parts.next()?.to_owned();
            // A line that changed counts for `git` as one taken away and one added.
            let changed = added.min(deleted);
            Some(vec![
                ("file", Value::from(&*path)),
                ("additions", Value::from(&*format!("+{}", added - changed))),
                ("deletions", Value::from(&*format!("-{}", deleted - changed))),
                ("changes", Value::from(&*changed.to_string())),
            ])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_line_is_neither_added_nor_deleted() {
        let rows = counted(b"3\t1\ta b.yml\0-\t-\tpicture\x00");
        let text = |row: &Row| {
            row.iter().flat_map(|(_, value)| [format!("{value:?}"), " ".to_owned()]).collect::<String>()
        };
        assert_eq!(text(&rows[0]), r#"Str("a b.yml") Str("+2") Str("-0") Str("1") "#);
        assert_eq!(text(&rows[1]), r#"Str("picture") Str("+0") Str("-0") Str("0") "#);
        assert_eq!(rows.len(), 2);
    }
}
