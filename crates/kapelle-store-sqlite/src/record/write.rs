//! Makes bytes of changes.

use kapelle_model::delta::Delta;
use kapelle_model::execution::{Birth, Labels};
use kapelle_model::{ExecutionId, Value};
use kapelle_store::Write;
use kapelle_store::codec::Codec;
use kapelle_store::error::Result;
use kapelle_store::transaction::Wake;

use super::{flag, tag};
use crate::columns;

/// Appends a change, if it is one for the journal. Gives it back if it is not.
pub(crate) fn write(out: &mut Vec<u8>, write: Write, codec: &Codec) -> Result<Option<Write>> {
    match write {
        Write::Execution(delta) => execution(out, &delta, codec)?,
        Write::Wake(wake) => moment(out, tag::WAKE, wake),
        Write::Woken(wake) => moment(out, tag::WOKEN, wake),
        Write::Order(sent) => {
            out.push(tag::ORDER);
            out.extend(sent.id.0.to_le_bytes());
            identity(out, sent.to);
            blob(out, &codec.sent(&sent)?);
        }
        Write::OrderDone(order) => {
            out.push(tag::ORDER_DONE);
            out.extend(order.0.to_le_bytes());
        }
        other => return Ok(Some(other)),
    }
    Ok(None)
}

fn execution(out: &mut Vec<u8>, delta: &Delta, codec: &Codec) -> Result<()> {
    let Delta { id, birth, head, runs, removed, children, is_at_rest } = delta;
    let state = head.history.current();
    let ended = columns::ended(head);
    let (parent, cause) = birth.as_deref().map_or((None, None), |birth| (parent(birth), cause(birth)));
    // What has not ended has something left to be done, whatever is said of it.
    let is_at_rest = *is_at_rest && state.is_terminal();
    let flags = [
        (birth.is_some(), flag::IS_BORN),
        (ended.is_some(), flag::HAS_ENDED),
        (is_at_rest, flag::IS_AT_REST),
        (parent.is_some(), flag::HAS_PARENT),
        (cause.is_some(), flag::HAS_CAUSE),
    ];
    out.push(tag::EXECUTION);
    out.push(flags.iter().filter(|(is_set, _)| *is_set).fold(0, |bits, (_, bit)| bits | bit));
    identity(out, *id);
    number(out, head.version.cast_signed());
    number(out, columns::of_state(state));
    number(out, columns::of_slot(head.slot));
    number(out, head.history.started().0);
    number(out, ended.unwrap_or_default());
    number(out, columns::print(&head.labels));
    blob(out, &codec.head(*id, head)?);
    part(out, |out| {
        labels(out, &head.labels);
        Ok(())
    })?;
    if let Some(birth) = birth {
        number(out, columns::class(birth));
        count(out, birth.revision);
        number(out, parent.unwrap_or_default());
        number(out, cause.unwrap_or_default());
        for name in [&birth.tenant, &birth.namespace, &birth.flow] {
            blob(out, name.as_bytes());
        }
        blob(out, &codec.birth(birth)?);
    }
    part(out, |out| {
        for run in removed {
            count(out, run.0.get());
        }
        Ok(())
    })?;
    part(out, |out| {
        runs.iter().try_for_each(|run| {
            count(out, run.index.0.get());
            blob(out, &codec.run(*id, run)?);
            Ok(())
        })
    })?;
    part(out, |out| {
        children.iter().try_for_each(|((run, iteration), child)| {
            count(out, run.0.get());
            count(out, *iteration);
            number(out, columns::key(child.id));
            out.push(u8::from(child.ended.is_none()));
            blob(out, &codec.child(*id, child)?);
            Ok(())
        })
    })
}

fn parent(birth: &Birth) -> Option<i64> {
    birth.parent.map(|parent| columns::key(parent.execution))
}

/// The execution that the trigger tells of, if its id is one that we could have given out.
fn cause(birth: &Birth) -> Option<i64> {
    let Some(Value::Str(text)) = birth.origin.as_ref()?.variables.get("executionId") else {
        return None;
    };
    ExecutionId::parse(text.expose()).map(columns::key)
}

fn labels(out: &mut Vec<u8>, labels: &Labels) {
    for (name, value) in labels.iter() {
        number(out, columns::label(name, value));
        blob(out, name.as_bytes());
        blob(out, value.as_bytes());
    }
}

fn moment(out: &mut Vec<u8>, tag: u8, wake: Wake) {
    let (kind, place) = columns::of_due(wake.due);
    out.push(tag);
    identity(out, wake.execution);
    number(out, wake.at.0);
    number(out, kind);
    number(out, place);
}

fn identity(out: &mut Vec<u8>, id: ExecutionId) {
    out.extend(id.0.to_le_bytes());
}

fn number(out: &mut Vec<u8>, number: i64) {
    out.extend(number.to_le_bytes());
}

fn count(out: &mut Vec<u8>, count: u32) {
    out.extend(count.to_le_bytes());
}

fn blob(out: &mut Vec<u8>, bytes: &[u8]) {
    count(out, length(bytes.len()));
    out.extend_from_slice(bytes);
}

/// Something of many items, with the length of all of them in front.
fn part(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>) -> Result<()>) -> Result<()> {
    let at = out.len();
    count(out, 0);
    write(out)?;
    let size = length(out.len() - at - size_of::<u32>());
    out[at..at + size_of::<u32>()].copy_from_slice(&size.to_le_bytes());
    Ok(())
}

/// What is larger than any number that fits is larger than what a transaction may be, and refused with it.
fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
