//! The table of differences that must be: where the recorded server was wrong, or two ways are equally right.

use super::differences::Difference;

/// One line of the table: a case, a path in it, and why it differs there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    pub case: String,
    /// A path, or the start of one.
    pub path: String,
    pub reason: String,
}

/// Reads the table: three columns with tabs between them; lines that begin with `#` are comments.
pub fn read(table: &str) -> Result<Vec<Explained>, String> {
    let lines = table.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|(index, line)| {
            let columns: Vec<&str> = line.split('\t').collect();
            let [case, path, reason] = columns[..] else {
                return Err(format!(
                    "line {}: there have to be a case, a path and a reason, with tabs between them",
                    index + 1
                ));
            };
            if reason.trim().is_empty() {
                return Err(format!("line {}: a reason has to be given", index + 1));
            }
            Ok(Explained { case: case.into(), path: path.into(), reason: reason.into() })
        })
        .collect()
}

/// Whether a line of the table is about this difference of a case.
pub fn explains(table: &[Explained], case: &str, difference: &Difference) -> bool {
    table.iter().any(|line| line.case == case && difference.path.starts_with(&line.path))
}
