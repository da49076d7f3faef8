//! Heads: what changes of an execution.

use std::sync::Arc;

use kapelle_model::execution::{Breakpoint, Head, Labels, Slot};
use kapelle_model::task_run::{Fence, RunIndex};

use super::history::{self, read_moment, write_moment};
use super::maps::{Place, Source};
use super::reader::{Read, Reader};
use super::waiting;
use super::writer::Writer;
use crate::error::Result;

/// Most executions are tried once.
const ATTEMPT: u32 = 1;

pub(super) fn write(out: &mut Writer, head: &Head, place: Place<'_>) -> Result<()> {
    let origin = head.history.started();
    out.begin_map();
    out.key("h");
    history::write(out, &head.history, kapelle_model::Millis(0));
    out.field_unsigned("v", head.version, 0);
    out.field_unsigned("g", head.generation, 0);
    if head.opened != origin {
        out.key("o");
        write_moment(out, head.opened, origin);
    }
    out.field_unsigned("a", head.attempt, ATTEMPT.into());
    out.field_unsigned("n", head.runs_made, 0);
    out.field_unsigned("f", head.fence.0, 0);
    if !head.labels.is_empty() {
        out.key("l");
        write_labels(out, &head.labels);
    }
    if !head.variables.is_empty() {
        place.field(out, "x", &head.variables)?;
    }
    if let Some(outputs) = &head.outputs {
        place.field(out, "u", outputs)?;
    }
    out.field_numbered("s", head.slot);
    if !head.strays.is_empty() {
        out.key("t");
        write_strays(out, &head.strays);
    }
    if !head.breakpoints.is_empty() {
        out.key("b");
        write_breakpoints(out, &head.breakpoints);
    }
    out.field_id("c", head.successor);
    out.field_unsigned("i", head.violated, 0);
    if let Some(waiting) = &head.waiting {
        out.key("w");
        waiting::write(out, waiting, origin);
    }
    out.end_map();
    Ok(())
}

pub(super) fn read(reader: &mut Reader<'_>, source: Source<'_>) -> Read<Head> {
    let mut open = reader.map()?;
    let history = reader.history_first(&mut open)?;
    let origin = history.started();
    let mut head = Head {
        history,
        version: 0,
        generation: 0,
        opened: origin,
        attempt: ATTEMPT,
        runs_made: 0,
        fence: Fence::default(),
        labels: Labels::default(),
        variables: Arc::default(),
        outputs: None,
        slot: Slot::default(),
        strays: Arc::default(),
        breakpoints: Arc::default(),
        successor: None,
        violated: 0,
        waiting: None,
    };
    while let Some(key) = reader.key(&mut open)? {
        match &*key {
            "v" => head.version = reader.number()?,
            "g" => head.generation = reader.number()?,
            "o" => head.opened = read_moment(reader, origin)?,
            "a" => head.attempt = reader.number()?,
            "n" => head.runs_made = reader.number()?,
            "f" => head.fence = Fence(reader.number()?),
            "l" => head.labels = read_labels(reader)?,
            "x" => head.variables = source.read(reader)?,
            "u" => head.outputs = Some(source.read(reader)?),
            "s" => head.slot = reader.numbered()?,
            "t" => head.strays = read_strays(reader)?,
            "b" => head.breakpoints = read_breakpoints(reader)?,
            "c" => head.successor = Some(reader.id()?),
            "i" => head.violated = reader.number()?,
            "w" => head.waiting = Some(waiting::read(reader, origin)?),
            _ => reader.skip()?,
        }
    }
    Ok(head)
}

/// Key, value, next key, next value.
pub(super) fn write_labels(out: &mut Writer, labels: &Labels) {
    out.begin_list();
    for (key, value) in &**labels {
        out.text(key);
        out.text(value);
    }
    out.end_list();
}

pub(super) fn read_labels(reader: &mut Reader<'_>) -> Read<Labels> {
    let mut labels = Vec::new();
    let mut open = reader.list()?;
    while reader.more(&mut open)? {
        let key = reader.shared()?;
        reader.item(&mut open)?;
        labels.push((key, reader.shared()?));
    }
    Ok(labels.into())
}

fn write_strays(out: &mut Writer, strays: &[(RunIndex, Fence)]) {
    out.begin_list();
    for (run, fence) in strays {
        out.unsigned(run.0.get());
        out.unsigned(fence.0);
    }
    out.end_list();
}

fn read_strays(reader: &mut Reader<'_>) -> Read<Arc<[(RunIndex, Fence)]>> {
    let mut strays = Vec::new();
    let mut open = reader.list()?;
    while reader.more(&mut open)? {
        let run = reader.run_index()?;
        reader.item(&mut open)?;
        strays.push((run, Fence(reader.number()?)));
    }
    Ok(strays.into())
}

/// Task, value or null, next task, and so on.
pub(super) fn write_breakpoints(out: &mut Writer, breakpoints: &[Breakpoint]) {
    out.begin_list();
    for Breakpoint { task, value } in breakpoints {
        out.text(task);
        out.optional_text(value.as_deref());
    }
    out.end_list();
}

pub(super) fn read_breakpoints(reader: &mut Reader<'_>) -> Read<Arc<[Breakpoint]>> {
    let mut breakpoints = Vec::new();
    let mut open = reader.list()?;
    while reader.more(&mut open)? {
        let task = reader.shared()?;
        reader.item(&mut open)?;
        breakpoints.push(Breakpoint { task, value: reader.optional_text()? });
    }
    Ok(breakpoints.into())
}
