//! Lists of metrics.

use kapelle_model::permit::Permit;
use kapelle_model::task_run::RunIndex;
use kapelle_model::time::Millis;
use kapelle_store::metrics::{Metric, MetricFilter, MetricKind};
use rusqlite::types::Type;
use rusqlite::{Connection, Error, Row};

use super::names::{Names, Origin, origins_of};
use super::scan::bounds;

/// What metrics are sorted by, and the origin for those that are equal in it.
type Order = (Millis, u128, u32, u32, u32, i64);

/// Appends the first metrics of a file that match, the oldest first, until there are `limit`.
pub(super) fn list(
    connection: &Connection,
    names: &mut Names,
    (permit, filter): (&Permit, &MetricFilter),
    limit: usize,
    listed: &mut Vec<Metric>,
) -> rusqlite::Result<()> {
    let Some((first, last)) = bounds(filter.at) else { return Ok(()) };
    let sources = match filter.execution {
        None => vec![None],
        Some(execution) => origins_of(connection, execution)?.into_iter().map(Some).collect(),
    };
    let mut found: Vec<(Order, Metric)> = Vec::new();
    for source in sources {
        let (index, whose) = match source {
            Some(_) => ("", "origin = ?3"),
            None => ("INDEXED BY metric_at", "?3 IS NULL"),
        };
        let sql = format!(
            "SELECT origin, at, run, attempt, number, task, name, kind, value, tags FROM metric {index}
             WHERE at BETWEEN ?1 AND ?2 AND {whose} ORDER BY at"
        );
        let mut select = connection.prepare_cached(&sql)?;
        let mut rows = select.query((first, last, source))?;
        let mut last_of_page = None;
        let mut number = 0;
        while let Some(row) = rows.next()? {
            let (metric, origin) = read(connection, names, row)?;
            // What belongs to the moment of the last one may come before it.
            if last_of_page.is_some_and(|at| metric.at > at) {
                break;
            }
            if !permit.covers(&metric.tenant, &metric.namespace) || !filter.matches(&metric) {
                continue;
            }
            number += 1;
            if number >= limit - listed.len() {
                last_of_page = Some(metric.at);
            }
            found.push((order(&metric, origin), metric));
        }
    }
    found.sort_by_key(|(order, _)| *order);
    listed.extend(found.into_iter().map(|(_, metric)| metric).take(limit - listed.len()));
    Ok(())
}

fn order(metric: &Metric, origin: i64) -> Order {
    (metric.at, metric.execution.0, metric.run.0.get(), metric.attempt, metric.number, origin)
}

fn read(connection: &Connection, names: &mut Names, row: &Row<'_>) -> rusqlite::Result<(Metric, i64)> {
    let wrong = |column: usize, what: &str, kind| Error::InvalidColumnType(column, what.to_owned(), kind);
    let origin = row.get(0)?;
    let Origin { execution, tenant, namespace, flow } = names.origin(connection, origin)?;
    let metric = Metric {
        at: Millis(row.get(1)?),
        tenant,
        namespace,
        flow,
        execution: execution.ok_or_else(|| wrong(0, "an origin without execution", Type::Null))?,
        run: RunIndex(row.get::<_, u32>(2)?.try_into().map_err(|_| wrong(2, "run 0", Type::Integer))?),
        attempt: row.get(3)?,
        number: row.get(4)?,
        task: names.get(connection, row.get(5)?)?,
        name: names.get(connection, row.get(6)?)?,
        kind: match row.get(7)? {
            0 => MetricKind::Counter,
            1 => MetricKind::Timer,
            2 => MetricKind::Gauge,
            number => return Err(wrong(7, &format!("kind {number}"), Type::Integer)),
        },
        // The database has nothing where a number is none.
        value: row.get::<_, Option<f64>>(8)?.unwrap_or(f64::NAN),
        tags: super::tags::read(row.get_ref(9)?.as_blob()?).ok_or_else(|| wrong(9, "tags", Type::Blob))?,
    };
    Ok((metric, origin))
}
