//! The record of who did what, for who may read it.

use std::sync::Arc;

use jiff::Timestamp;
use kapelle_model::Millis;
use serde_json::Value as Json;

use crate::answer::Answer;
use crate::audit::read::{Wanted, newest};
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::paging::{Paging, page};
use crate::views::audit;

/// Rows of an export.
const EXPORTED_MAX: usize = 50_000;

pub(crate) async fn search(call: Arc<Call>) -> Outcome<Answer> {
    call.app.recorder.flush().await;
    let asked = Arc::clone(&call);
    let find = move || {
        let (wanted, paging) = (wanted(&asked)?, Paging::read(&asked)?);
        let (found, total) = newest(&**asked.store(), &wanted, paging.offset(), paging.size as usize)?;
        let rows: Vec<Json> = found.iter().map(audit::item).collect();
        Ok(Answer::json(&page(&rows, total)))
    };
    call.app.blocking(find).await
}

pub(crate) async fn export(call: Arc<Call>) -> Outcome<Answer> {
    call.app.recorder.flush().await;
    let asked = Arc::clone(&call);
    let find = move || {
        let (found, _) = newest(&**asked.store(), &wanted(&asked)?, 0, EXPORTED_MAX)?;
        Ok(Answer::download(audit::csv(&found), "text/csv", "auditlogs.csv"))
    };
    call.app.blocking(find).await
}

/// What is wanted, as single parameters or as filters.
fn wanted(call: &Call) -> Outcome<Wanted> {
    let text = |name: &str| {
        let filter = format!("filters[{name}][");
        let mut filters = call.query.iter().filter(|(key, _)| key.starts_with(&filter));
        let value = call.query.get(name).or_else(|| filters.next().map(|(_, value)| value));
        value.filter(|value| !value.is_empty()).map(str::to_owned)
    };
    let moment = |name: &str| -> Outcome<Option<Millis>> {
        let Some(text) = text(name) else { return Ok(None) };
        let wrong = |_| ApiError::invalid_entity(format!("{name}: `{text}` is no moment"));
        let moment: Timestamp = text.parse().map_err(wrong)?;
        Ok(Some(Millis(moment.as_millisecond())))
    };
    Ok(Wanted {
        text: text("q"),
        actor: text("userId"),
        kind: text("type"),
        from: moment("startDate")?,
        until: moment("endDate")?,
    })
}
