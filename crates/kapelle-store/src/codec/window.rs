//! What has come together for a trigger that waits for several executions.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_model::Millis;
use kapelle_model::window::{Contribution, Met, StateChange, Window};

use super::reader::{Read, Reader};
use super::value;
use super::writer::Writer;
use crate::error::Result;

pub(super) fn write(out: &mut Writer, window: &Window) -> Result<()> {
    out.begin_map();
    out.key("i");
    out.text(&window.id);
    out.key("s");
    out.signed(window.start.0);
    out.key("e");
    out.signed(window.end.0);
    out.key("r");
    write_results(out, &window.results);
    out.key("c");
    out.begin_list();
    for (execution, cause) in &window.causes {
        out.id(*execution);
        out.unsigned(cause.change);
        out.signed(cause.at.0);
        out.text(&cause.flow);
        value::write_map(out, &cause.outputs, 0)?;
    }
    out.end_list();
    out.key("n");
    out.begin_list();
    for seen in &window.seen {
        out.id(seen.execution);
        out.unsigned(seen.change);
    }
    out.end_list();
    if window.fired {
        out.key("f");
        out.bool(true);
    }
    out.end_map();
    Ok(())
}

/// Key, definition, execution, next key, and so on.
fn write_results(out: &mut Writer, results: &BTreeMap<Arc<str>, Met>) {
    out.begin_list();
    for (key, met) in results {
        out.text(key);
        out.unsigned(met.definition);
        out.id(met.by);
    }
    out.end_list();
}

pub(super) fn read(reader: &mut Reader<'_>) -> Read<Window> {
    let mut window = Window {
        id: Arc::from(""),
        start: Millis(0),
        end: Millis(0),
        results: BTreeMap::new(),
        causes: BTreeMap::new(),
        seen: Vec::new(),
        fired: false,
    };
    let mut open = reader.map()?;
    while let Some(key) = reader.key(&mut open)? {
        match &*key {
            "i" => window.id = reader.shared()?,
            "s" => window.start = Millis(reader.number()?),
            "e" => window.end = Millis(reader.number()?),
            "r" => window.results = read_results(reader)?,
            "c" => read_causes(reader, &mut window)?,
            "n" => read_seen(reader, &mut window)?,
            "f" => window.fired = reader.bool()?,
            _ => reader.skip()?,
        }
    }
    Ok(window)
}

fn read_results(reader: &mut Reader<'_>) -> Read<BTreeMap<Arc<str>, Met>> {
    let mut results = BTreeMap::new();
    let mut list = reader.list()?;
    while reader.more(&mut list)? {
        let key = reader.shared()?;
        reader.item(&mut list)?;
        let definition = reader.number()?;
        reader.item(&mut list)?;
        results.insert(key, Met { definition, by: reader.id()? });
    }
    Ok(results)
}

fn read_causes(reader: &mut Reader<'_>, window: &mut Window) -> Read<()> {
    let mut list = reader.list()?;
    while reader.more(&mut list)? {
        let execution = reader.id()?;
        reader.item(&mut list)?;
        let change = reader.number()?;
        reader.item(&mut list)?;
        let at = Millis(reader.number()?);
        reader.item(&mut list)?;
        let flow = reader.shared()?;
        reader.item(&mut list)?;
        let outputs = Arc::new(value::read_map(reader, 0)?);
        window.causes.insert(execution, Contribution { change, at, flow, outputs });
    }
    Ok(())
}

fn read_seen(reader: &mut Reader<'_>, window: &mut Window) -> Read<()> {
    let mut list = reader.list()?;
    while reader.more(&mut list)? {
        let execution = reader.id()?;
        reader.item(&mut list)?;
        window.seen.push(StateChange { execution, change: reader.number()? });
    }
    Ok(())
}
