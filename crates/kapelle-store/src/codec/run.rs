//! Task runs and the executions that they started.

use std::num::NonZeroU32;
use std::sync::Arc;

use kapelle_model::execution::Child;
use kapelle_model::task_run::{Detail, Fence, Hold, RunIndex, TaskRun};
use kapelle_model::{ExecutionId, Failure, Millis};

use super::history::{self, read_moment, write_moment};
use super::maps::{Place, Source};
use super::reader::{Read, Reader};
use super::value;
use super::writer::Writer;
use crate::error::Result;

const FIRST: RunIndex = RunIndex(NonZeroU32::MIN);

pub(super) fn write(out: &mut Writer, run: &TaskRun, place: Place<'_>) -> Result<()> {
    let origin = run.history.started();
    out.begin_map();
    out.key("h");
    history::write(out, &run.history, Millis(0));
    out.field_unsigned("i", run.index.0.get(), 1);
    out.field_unsigned("p", run.parent.map_or(0, |parent| parent.0.get()), 0);
    out.field_text("t", Some(&run.task));
    out.field_text("v", run.value.as_deref());
    out.field_unsigned("n", run.place, 0);
    if let Some(iteration) = run.iteration {
        out.key("e");
        out.unsigned(iteration);
    }
    if !run.attempts.is_empty() {
        out.key("a");
        out.begin_list();
        for attempt in &run.attempts {
            history::write(out, attempt, origin);
        }
        out.end_list();
    }
    if let Some(outputs) = &run.outputs {
        place.field(out, "u", outputs)?;
    }
    out.field_unsigned("f", run.fence.0, 0);
    out.field_numbered("o", run.hold);
    out.field_unsigned("x", run.forced, 0);
    if let Some(detail) = &run.detail {
        out.key("d");
        write_detail(out, detail, origin);
    }
    out.end_map();
    Ok(())
}

pub(super) fn read(reader: &mut Reader<'_>, source: Source<'_>) -> Read<TaskRun> {
    let mut open = reader.map()?;
    let history = reader.history_first(&mut open)?;
    let origin = history.started();
    let mut run = TaskRun {
        index: FIRST,
        parent: None,
        task: Arc::default(),
        value: None,
        place: 0,
        iteration: None,
        history,
        attempts: Vec::new(),
        outputs: None,
        fence: Fence::default(),
        hold: Hold::default(),
        forced: false,
        detail: None,
    };
    while let Some(key) = reader.key(&mut open)? {
        match &*key {
            "i" => run.index = reader.run_index()?,
            "p" => run.parent = Some(reader.run_index()?),
            "t" => run.task = reader.shared()?,
            "v" => run.value = Some(reader.shared()?),
            "n" => run.place = reader.number()?,
            "e" => run.iteration = Some(reader.number()?),
            "a" => {
                let mut attempts = reader.list()?;
                while reader.more(&mut attempts)? {
                    run.attempts.push(history::read(reader, origin)?);
                }
            }
            "u" => run.outputs = Some(source.read(reader)?),
            "f" => run.fence = Fence(reader.number()?),
            "o" => run.hold = reader.numbered()?,
            "x" => run.forced = reader.number::<u8>()? != 0,
            "d" => run.detail = Some(Box::new(read_detail(reader, origin)?)),
            _ => reader.skip()?,
        }
    }
    Ok(run)
}

fn write_detail(out: &mut Writer, detail: &Detail, origin: Millis) {
    out.begin_map();
    for (key, texts) in [("v", &detail.values), ("k", &detail.keys)] {
        if let Some(texts) = texts {
            out.key(key);
            out.begin_list();
            texts.iter().for_each(|text| out.text(text));
            out.end_list();
        }
    }
    if let Some(wake) = detail.wake {
        out.key("w");
        write_moment(out, wake, origin);
    }
    out.field_text("c", detail.last_check.as_deref());
    if let Some(failure) = &detail.failure {
        out.key("f");
        value::write_text(out, &failure.message);
    }
    if let Some(children) = detail.children {
        out.key("n");
        out.unsigned(children);
    }
    if let Some(begun) = detail.begun {
        out.key("b");
        out.unsigned(begun);
    }
    out.field_numbered("p", detail.phase);
    out.field_numbered("t", detail.turn);
    if let Some(ending) = detail.ending {
        out.key("e");
        out.numbered(ending);
    }
    out.end_map();
}

fn read_detail(reader: &mut Reader<'_>, origin: Millis) -> Read<Detail> {
    let mut detail = Detail::default();
    let mut open = reader.map()?;
    while let Some(key) = reader.key(&mut open)? {
        match &*key {
            "v" => detail.values = Some(read_texts(reader)?),
            "k" => detail.keys = Some(read_texts(reader)?),
            "w" => detail.wake = Some(read_moment(reader, origin)?),
            "c" => detail.last_check = Some(reader.shared()?),
            "f" => detail.failure = Some(Failure::new(value::read_text(reader)?)),
            "n" => detail.children = Some(reader.number()?),
            "b" => detail.begun = Some(reader.number()?),
            "p" => detail.phase = reader.numbered()?,
            "t" => detail.turn = reader.numbered()?,
            "e" => detail.ending = Some(reader.numbered()?),
            _ => reader.skip()?,
        }
    }
    Ok(detail)
}

fn read_texts(reader: &mut Reader<'_>) -> Read<Arc<[Arc<str>]>> {
    let mut texts = Vec::new();
    let mut open = reader.list()?;
    while reader.more(&mut open)? {
        texts.push(reader.shared()?);
    }
    Ok(texts.into())
}

pub(super) fn write_child(out: &mut Writer, child: &Child, place: Place<'_>) -> Result<()> {
    out.begin_map();
    out.field_id("i", Some(child.id));
    if let Some(ended) = child.ended {
        out.key("e");
        out.numbered(ended);
    }
    if let Some(outputs) = &child.outputs {
        place.field(out, "u", outputs)?;
    }
    if let Some(generation) = child.generation {
        out.key("g");
        out.unsigned(generation);
    }
    out.end_map();
    Ok(())
}

pub(super) fn read_child(reader: &mut Reader<'_>, source: Source<'_>) -> Read<Child> {
    let mut id = None;
    let mut child = Child::new(ExecutionId::default());
    let mut open = reader.map()?;
    while let Some(key) = reader.key(&mut open)? {
        match &*key {
            "i" => id = Some(reader.id()?),
            "e" => child.ended = Some(reader.numbered()?),
            "u" => child.outputs = Some(source.read(reader)?),
            "g" => child.generation = Some(reader.number()?),
            _ => reader.skip()?,
        }
    }
    match id {
        Some(id) => Ok(Child { id, ..child }),
        None => reader.expected("before this which execution it is"),
    }
}
