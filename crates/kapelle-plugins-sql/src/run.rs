//! Runs what is asked: one connection, statement by statement, in a transaction where that is wanted.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use kapelle_plugin::{Broken, Metric, RunContext};

use crate::asked::Order;
use crate::driver::{Cancel, Driver, Session};
use crate::kept::{FetchType, Output, keep};
use crate::login::Access;
use crate::rows::{Results, way};
use crate::statement::Bound;

/// How long a database may take to hear that a statement is to end.
const CANCEL_TIME: Duration = Duration::from_secs(5);

/// What the statements gave that have a result.
pub(crate) async fn run<D: Driver>(
    cx: &RunContext,
    driver: &D,
    access: &Access,
    order: &Order,
) -> Result<Vec<Output>, Broken> {
    let mut session = connect(cx, driver, access).await?;
    let cancel = session.cancel();
    let outputs = stoppable(cx, &cancel, all::<D>(cx, &mut session, order)).await;
    let Ok(outputs) = outputs else {
        // Whoever tries again finds the database free. Why it failed is known already.
        let _in_time = tokio::time::timeout(CANCEL_TIME, session.close()).await;
        return outputs;
    };
    let closing = async {
        let closed = session.close().await;
        closed.map_err(|wrong| wrong.at("the database was not closed", &order.veil).into())
    };
    stoppable(cx, &cancel, closing).await?;
    let size: u64 = outputs.iter().filter_map(|output| output.size).sum();
    if outputs.iter().any(|output| output.size.is_some()) {
        cx.metric(Metric::count("fetch.size", size));
    }
    Ok(outputs)
}

/// Connects, unless the attempt has to end before that.
pub(crate) async fn connect<D: Driver>(
    cx: &RunContext,
    driver: &D,
    access: &Access,
) -> Result<D::Session, Broken> {
    tokio::select! {
        session = driver.connect(cx, access) => session,
        () = cx.stopped() => Err(Broken::killed()),
    }
}

/// Does work in a session. When the attempt has to end, the database is told to end what it does.
pub(crate) async fn stoppable<T>(
    cx: &RunContext,
    cancel: &impl Cancel,
    work: impl Future<Output = Result<T, Broken>>,
) -> Result<T, Broken> {
    // It stays while the database is told: a connection that is gone may leave the statement running.
    let mut work = pin!(work);
    tokio::select! {
        done = &mut work => done,
        () = cx.stopped() => {
            // A database that does not listen does not keep the task.
            let _in_time = tokio::time::timeout(CANCEL_TIME, cancel.now()).await;
            Err(Broken::killed())
        }
    }
}

async fn all<D: Driver>(
    cx: &RunContext,
    session: &mut D::Session,
    order: &Order,
) -> Result<Vec<Output>, Broken> {
    let begin = D::BEGIN.filter(|_| order.is_transaction);
    if let Some(begin) = begin {
        let begun = session.command(begin).await;
        begun.map_err(|wrong| wrong.at("no transaction can begin", &order.veil))?;
    }
    match statements(cx, session, order).await {
        Ok(outputs) => {
            if begin.is_some() {
                let done = session.command("COMMIT").await;
                done.map_err(|wrong| wrong.at("the transaction was not committed", &order.veil))?;
            }
            Ok(outputs)
        }
        Err(broken) => {
            if begin.is_some() {
                // Where this fails too, the end of the connection does the same.
                let _closed_anyway = session.command("ROLLBACK").await;
            }
            Err(broken)
        }
    }
}

async fn statements(
    cx: &RunContext,
    session: &mut impl Session,
    order: &Order,
) -> Result<Vec<Output>, Broken> {
    let mut outputs = Vec::new();
    let together = match order.results {
        Results::First => 1,
        Results::All => order.statements.len().max(1),
    };
    for bounds in order.statements.chunks(together) {
        outputs.extend(output(cx, session, order, bounds, ("sql", order.fetch)).await?);
    }
    if let Some(after) = &order.after {
        output(cx, session, order, std::slice::from_ref(after), ("afterSQL", FetchType::None)).await?;
    }
    Ok(outputs)
}

/// What these statements gave together.
async fn output(
    cx: &RunContext,
    session: &mut impl Session,
    order: &Order,
    bounds: &[Bound],
    (property, fetch): (&str, FetchType),
) -> Result<Option<Output>, Broken> {
    let (rows, parts) = way(order.fetch_size, order.results);
    let running = async move {
        for bound in bounds {
            cx.go_on()?;
            let ran = session.run(bound, rows.again()).await;
            ran.map_err(|wrong| wrong.of(&bound.statement, property, &bound.unknown, &order.veil))?;
        }
        rows.all_done().await;
        Ok(())
    };
    let ((), output) = tokio::try_join!(running, cx.blocking(move |cx| keep(cx, parts, fetch)))?;
    Ok(output)
}
