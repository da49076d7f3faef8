//! What no reader sees: whether the files are whole, and whether rows have what they belong to.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

/// Rows that must not be. The hour of a counter is that of the creation.
const STRAY: &[(&str, &str)] = &[
    ("task runs of nothing", "SELECT count(*) FROM task_run WHERE exec NOT IN (SELECT id FROM exec)"),
    ("children of nothing", "SELECT count(*) FROM child WHERE exec NOT IN (SELECT id FROM exec)"),
    ("labels of nothing", "SELECT count(*) FROM label WHERE exec NOT IN (SELECT id FROM exec)"),
    ("bodies of nothing", "SELECT count(*) FROM exec_body WHERE id NOT IN (SELECT id FROM exec)"),
    ("executions without body", "SELECT count(*) FROM exec WHERE id NOT IN (SELECT id FROM exec_body)"),
    (
        "counters that are wrong",
        "WITH real AS (
             SELECT flow * 2 AS scope, started / 3600000 AS hour, class << 5 | state AS place, count(*) AS n
             FROM exec GROUP BY 1, 2, 3
             UNION ALL
             SELECT ns * 2 + 1, started / 3600000, class << 5 | state, count(*) FROM exec GROUP BY 1, 2, 3
             UNION ALL
             SELECT root.id * 2 + 1, started / 3600000, class << 5 | state, count(*)
             FROM exec JOIN ns ON ns.id = exec.ns JOIN ns AS root ON root.tenant = ns.tenant AND root.name = ''
             GROUP BY 1, 2, 3
         ),
         kept AS (SELECT scope, hour, class_state, n FROM counter WHERE n <> 0)
         SELECT (SELECT count(*) FROM (SELECT * FROM real EXCEPT SELECT * FROM kept))
              + (SELECT count(*) FROM (SELECT * FROM kept EXCEPT SELECT * FROM real))",
    ),
];

/// Looks at the files of a folder that nobody has.
pub fn check(folder: &Path) {
    let database = open(&folder.join("kapelle.db"));
    check_integrity(&database, "kapelle.db");
    for (what, query) in STRAY {
        let number: i64 = database.query_row(query, [], |row| row.get(0)).expect("the query is right");
        assert_eq!(number, 0, "{what}");
    }
    for entry in std::fs::read_dir(folder.join("logs")).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.extension().is_some_and(|ending| ending == "db") {
            check_integrity(&open(&path), &path.display().to_string());
        }
    }
}

fn open(path: &Path) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags).expect("the file can be opened")
}

fn check_integrity(connection: &Connection, name: &str) {
    let words: String =
        connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("it can be checked");
    assert_eq!(words, "ok", "{name}");
}
