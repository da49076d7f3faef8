//! Deleting executions with what belongs to them.

use kapelle_model::permit::Permit;
use kapelle_runtime::storage::execution_folder;
use kapelle_store::listing::Header;
use kapelle_store::logs::LogFilter;
use kapelle_store::{Transaction, Write};

use super::header;
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome, stored};

pub(crate) fn delete(call: &Call) -> Outcome<Answer> {
    one(call, &header(call, call.variable("id"))?)?;
    Ok(Answer::no_content())
}

/// Deletes one that is over. What others still refer to stays, and says so.
pub(crate) fn one(call: &Call, header: &Header) -> Outcome<()> {
    let birth = &header.birth;
    call.store().commit(Transaction::of([Write::Purge(vec![birth.id])]))?;
    if call.query.flag("deleteLogs").unwrap_or(true) {
        let permit = Permit::system("logs of an execution that is deleted");
        call.store().delete_logs(&permit, &LogFilter::of(birth.id))?;
    }
    if call.query.flag("deleteStorage").unwrap_or(true) {
        let folder = execution_folder(&birth.namespace, &birth.flow, &birth.id.to_string());
        let folder = stored(&birth.tenant, &folder)?;
        call.app.storage.delete_below(&folder).map_err(|_| ApiError::internal())?;
    }
    Ok(())
}
