//! Rows of executions that are not there.

use kapelle_store::error::Result;

use super::Checker;

/// Tables with rows of executions, by their key, and the column that says of which.
const TABLES: &[(&str, &str, &[&str], &str)] = &[
    (
        "executions without a body",
        "exec",
        &["id"],
        "NOT EXISTS (SELECT 1 FROM exec_body o WHERE o.id = t.id)",
    ),
    (
        "bodies without an execution",
        "exec_body",
        &["id"],
        "NOT EXISTS (SELECT 1 FROM exec o WHERE o.id = t.id)",
    ),
    ("task runs without an execution", "task_run", &["exec", "idx"], OF_EXEC),
    ("children without an execution", "child", &["exec", "idx", "iteration"], OF_EXEC),
    ("labels without an execution", "label", &["kv", "exec"], OF_EXEC),
    ("moments without an execution", "wake", &["at", "exec", "check64", "kind", "number"], OF_EXEC),
];

const OF_EXEC: &str = "NOT EXISTS (SELECT 1 FROM exec o WHERE o.id = t.exec)";

/// So many times the usual number of rows in one read: only keys are looked at.
const CHUNKS: i64 = 25;

impl Checker<'_, '_> {
    pub(super) fn orphan_rows(&mut self) -> Result<()> {
        for (name, table, key, is_orphan) in TABLES {
            let orphans = self.orphans_of(name, table, key, is_orphan)?;
            if orphans > 0 {
                let why =
                    format!("{orphans} rows of table `{table}` belong to executions that are not complete");
                let cure = "they cost room and hurt nothing else; please report it, since no stop of the program \
                            leaves such rows behind";
                self.find(*name, why, cure);
            }
        }
        Ok(())
    }

    fn orphans_of(&mut self, name: &str, table: &str, key: &[&str], is_orphan: &str) -> Result<u64> {
        let columns = key.join(", ");
        let marks = vec!["?"; key.len()].join(", ");
        let query = format!(
            "SELECT {columns}, {is_orphan} FROM {table} t WHERE ({columns}) > ({marks}) ORDER BY {columns} LIMIT {CHUNKS} * ?"
        );
        let (mut orphans, mut looked) = (0, 0);
        let mut after = vec![i64::MIN; key.len()];
        loop {
            let rows = self.rows(&query, &after, |row| {
                let keys =
                    (0..key.len()).map(|column| row.get(column)).collect::<rusqlite::Result<Vec<i64>>>()?;
                Ok((keys, row.get::<_, bool>(key.len())?))
            })?;
            let Some((last, _)) = rows.last() else { return Ok(orphans) };
            after.clone_from(last);
            looked += rows.len() as u64;
            orphans += rows.iter().filter(|(_, is_orphan)| *is_orphan).count() as u64;
            self.tell(name, looked)?;
        }
    }
}
