//! Where triggers stand, and what they left behind when they started nothing.

use std::sync::Arc;

use kapelle_model::Millis;
use kapelle_model::trigger::{Backfill, Skip, SkipReason, TriggerState};

use super::head::{read_labels, write_labels};
use super::reader::{Broken, Read, Reader};
use super::value;
use super::writer::Writer;
use crate::error::Result;

pub(super) fn write(out: &mut Writer, state: &TriggerState) -> Result<()> {
    out.begin_map();
    out.field_unsigned("k", state.definition, 0);
    moment(out, "d", state.date);
    moment(out, "n", state.next);
    if let Some(backfill) = &state.backfill {
        out.key("b");
        write_backfill(out, backfill)?;
    }
    if state.is_disabled {
        out.key("x");
        out.bool(true);
    }
    out.field_id("s", state.stopped_by);
    if !state.open.is_empty() {
        out.key("o");
        out.begin_list();
        state.open.iter().for_each(|id| out.id(*id));
        out.end_list();
    }
    if let Some(cursor) = &state.cursor {
        out.key("c");
        value::write(out, cursor, 0)?;
    }
    if state.caught_up != (0, 0) {
        out.key("u");
        out.begin_list();
        out.signed(state.caught_up.0);
        out.unsigned(state.caught_up.1);
        out.end_list();
    }
    moment(out, "e", state.evaluated);
    moment(out, "f", state.fired);
    if let Some((since, why)) = state.skipping {
        out.key("w");
        out.begin_list();
        out.signed(since.0);
        out.text(why.name());
        out.end_list();
    }
    out.end_map();
    Ok(())
}

pub(super) fn read(reader: &mut Reader<'_>) -> Read<TriggerState> {
    let mut state = TriggerState::default();
    let mut open = reader.map()?;
    while let Some(key) = reader.key(&mut open)? {
        match &*key {
            "k" => state.definition = reader.number()?,
            "d" => state.date = Some(Millis(reader.number()?)),
            "n" => state.next = Some(Millis(reader.number()?)),
            "b" => state.backfill = Some(read_backfill(reader)?),
            "x" => state.is_disabled = reader.bool()?,
            "s" => state.stopped_by = Some(reader.id()?),
            "o" => {
                let mut ids = reader.list()?;
                while reader.more(&mut ids)? {
                    state.open.push(reader.id()?);
                }
            }
            "c" => state.cursor = Some(value::read(reader, 0)?),
            "u" => {
                let mut pair = reader.list()?;
                reader.item(&mut pair)?;
                state.caught_up.0 = reader.number()?;
                reader.item(&mut pair)?;
                state.caught_up.1 = reader.number()?;
                reader.close(pair)?;
            }
            "e" => state.evaluated = Some(Millis(reader.number()?)),
            "f" => state.fired = Some(Millis(reader.number()?)),
            "w" => {
                let mut pair = reader.list()?;
                reader.item(&mut pair)?;
                let since = Millis(reader.number()?);
                reader.item(&mut pair)?;
                state.skipping = Some((since, read_reason(reader)?));
                reader.close(pair)?;
            }
            _ => reader.skip()?,
        }
    }
    Ok(state)
}

fn write_backfill(out: &mut Writer, backfill: &Backfill) -> Result<()> {
    out.begin_map();
    moment(out, "s", Some(backfill.start));
    moment(out, "e", Some(backfill.end));
    moment(out, "c", Some(backfill.current));
    if backfill.is_paused {
        out.key("p");
        out.bool(true);
    }
    if !backfill.inputs.is_empty() {
        out.key("i");
        value::write_map(out, &backfill.inputs, 0)?;
    }
    if !backfill.labels.is_empty() {
        out.key("l");
        write_labels(out, &backfill.labels.clone().into());
    }
    moment(out, "r", backfill.resumes_at);
    moment(out, "m", Some(backfill.created));
    out.end_map();
    Ok(())
}

fn read_backfill(reader: &mut Reader<'_>) -> Read<Backfill> {
    let zero = Millis(0);
    let mut backfill = Backfill {
        start: zero,
        end: zero,
        current: zero,
        is_paused: false,
        inputs: Arc::default(),
        labels: Vec::new(),
        resumes_at: None,
        created: zero,
    };
    let mut open = reader.map()?;
    while let Some(key) = reader.key(&mut open)? {
        match &*key {
            "s" => backfill.start = Millis(reader.number()?),
            "e" => backfill.end = Millis(reader.number()?),
            "c" => backfill.current = Millis(reader.number()?),
            "p" => backfill.is_paused = reader.bool()?,
            "i" => backfill.inputs = Arc::new(value::read_map(reader, 0)?),
            "l" => backfill.labels = read_labels(reader)?.to_vec(),
            "r" => backfill.resumes_at = Some(Millis(reader.number()?)),
            "m" => backfill.created = Millis(reader.number()?),
            _ => reader.skip()?,
        }
    }
    Ok(backfill)
}

fn moment(out: &mut Writer, key: &str, moment: Option<Millis>) {
    if let Some(Millis(moment)) = moment {
        out.key(key);
        out.signed(moment);
    }
}

pub(super) fn write_skip(out: &mut Writer, skip: &Skip) {
    out.begin_map();
    moment(out, "f", Some(skip.from));
    moment(out, "u", Some(skip.until));
    out.field_unsigned("n", skip.count, 0);
    out.key("r");
    out.text(skip.why.name());
    out.key("w");
    out.text(&skip.words);
    out.end_map();
}

pub(super) fn read_skip(reader: &mut Reader<'_>) -> Read<Skip> {
    let (mut from, mut until, mut count) = (Millis(0), Millis(0), 0);
    let (mut why, mut words) = (SkipReason::Missed, String::new());
    let mut open = reader.map()?;
    while let Some(key) = reader.key(&mut open)? {
        match &*key {
            "f" => from = Millis(reader.number()?),
            "u" => until = Millis(reader.number()?),
            "n" => count = reader.number()?,
            "r" => why = read_reason(reader)?,
            "w" => words = reader.text()?.into_owned(),
            _ => reader.skip()?,
        }
    }
    Ok(Skip { from, until, count, why, words })
}

fn read_reason(reader: &mut Reader<'_>) -> Read<SkipReason> {
    let name = reader.text()?;
    SkipReason::from_name(&name)
        .ok_or_else(|| Broken::Content(format!("the reason `{name}` is one that only a newer version knows")))
}
