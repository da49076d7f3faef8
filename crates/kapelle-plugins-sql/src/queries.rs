//! The work of the types `Query`, `Queries` and `Trigger`, whatever the database.

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, Polled, RunContext};
use schemars::JsonSchema;
use serde::Serialize;

use crate::asked::{Asked, Several};
use crate::driver::Driver;
use crate::kept::{FetchType, Output};
use crate::login::Login;
use crate::run::run;

/// What several statements gave.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Outputs {
    /// What each statement gave that has a result, in their order.
    outputs: Vec<Output>,
}

/// Runs one statement.
pub(crate) async fn query<D: Driver>(
    cx: &RunContext,
    driver: &D,
    (url, login, asked): (Option<&Expr<Text>>, &Login, &Asked),
) -> Result<Output, Broken> {
    let access = login.access::<D>(cx, url)?;
    let order = asked.order::<D>(&cx.with(driver.variables()), &access, Several::No, FetchType::None)?;
    let outputs = run(cx, driver, &access, &order).await?;
    Ok(outputs.into_iter().next().unwrap_or_default())
}

/// Runs several statements.
pub(crate) async fn queries<D: Driver>(
    cx: &RunContext,
    driver: &D,
    (url, login, asked): (Option<&Expr<Text>>, &Login, &Asked),
    transaction: Option<&Expr<bool>>,
) -> Result<Outputs, Broken> {
    let access = login.access::<D>(cx, url)?;
    let transaction = cx.filled(transaction)?.unwrap_or(true);
    let order = asked.order::<D>(
        &cx.with(driver.variables()),
        &access,
        Several::Yes { transaction },
        FetchType::None,
    )?;
    Ok(Outputs { outputs: run(cx, driver, &access, &order).await? })
}

/// Runs one statement, and tells of it if it has rows.
pub(crate) async fn look<D: Driver>(
    cx: &RunContext,
    driver: &D,
    (url, login, asked): (Option<&Expr<Text>>, &Login, &Asked),
) -> Result<Polled<Output>, Broken> {
    let access = login.access::<D>(cx, url)?;
    let order = asked.order::<D>(cx, &access, Several::No, FetchType::Fetch)?;
    if order.fetch == FetchType::None {
        return Err(Broken::new(
            "`fetchType: NONE` is not for triggers, since the trigger would never fire: write `FETCH`, `FETCH_ONE` or `STORE`",
        ));
    }
    let output = run(cx, driver, &access, &order).await?.into_iter().next().unwrap_or_default();
    if output.size.is_some_and(|size| size > 0) {
        return Ok(Polled { event: Some(output), cursor: None });
    }
    if let Some(uri) = output.uri {
        // There is nothing in it, and no execution that it could belong to.
        cx.host.files().delete(&uri)?;
    }
    Ok(Polled { event: None, cursor: None })
}
