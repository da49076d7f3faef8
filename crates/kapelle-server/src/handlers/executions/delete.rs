//! Deleting executions with what belongs to them.

use kapelle_model::permit::Permit;
use kapelle_runtime::storage::execution_folder;
use kapelle_store::listing::Header;
use kapelle_store::logs::LogFilter;
use kapelle_store::{Transaction, Write};

use super::header;
use crate::answer::Answer;
use crate::app::App;
use crate::call::Call;
use crate::error::{ApiError, Outcome, stored};

/// What goes with an execution, unless somebody wants it to stay.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Also {
    logs: bool,
    files: bool,
}

impl Also {
    pub(crate) fn read(flag: &dyn Fn(&str) -> Option<bool>) -> Self {
        Self { logs: flag("deleteLogs").unwrap_or(true), files: flag("deleteStorage").unwrap_or(true) }
    }
}

pub(crate) fn delete(call: &Call) -> Outcome<Answer> {
    let also = Also::read(&|name| call.query.flag(name));
    one(&call.app, &header(call, call.variable("id"))?, also)?;
    Ok(Answer::no_content())
}

/// Deletes one that is over. What others still refer to stays, and says so.
pub(crate) fn one(app: &App, header: &Header, also: Also) -> Outcome<()> {
    let birth = &header.birth;
    app.store().commit(Transaction::of([Write::Purge(vec![birth.id])]))?;
    if also.logs {
        let permit = Permit::system("logs of an execution that is deleted");
        app.store().delete_logs(&permit, &LogFilter::of(birth.id))?;
    }
    if also.files {
        let folder = execution_folder(&birth.namespace, &birth.flow, &birth.id.to_string());
        let folder = stored(&birth.tenant, &folder)?;
        app.storage.delete_below(&folder).map_err(|_| ApiError::internal())?;
    }
    Ok(())
}
