//! Histories: one flat list of a state, its moment, the next state, the milliseconds until then, and so on.
//!
//! Moments of a row are told from the beginning of its history, which is why that comes first in it. Differences wrap,
//! so that every moment comes back, however far away.

use kapelle_model::{History, Millis, State};

use super::reader::{Read, Reader};
use super::writer::Writer;

/// Writes a history; its beginning is told from `origin`.
pub(super) fn write(out: &mut Writer, history: &History, origin: Millis) {
    let mut before = origin;
    out.begin_list();
    for (state, at) in history.entries() {
        out.numbered(state);
        out.signed(distance(before, at));
        before = at;
    }
    out.end_list();
}

pub(super) fn read(reader: &mut Reader<'_>, origin: Millis) -> Read<History> {
    let mut open = reader.list()?;
    let mut history: Option<History> = None;
    let mut before = origin;
    while reader.more(&mut open)? {
        let state: State = reader.numbered()?;
        reader.item(&mut open)?;
        before = after(before, reader.number()?);
        match &mut history {
            Some(history) => drop(history.push(state, before)),
            None => history = Some(History::new(state, before)),
        }
    }
    match history {
        Some(history) => Ok(history),
        None => reader.expected("before this a history with a state"),
    }
}

/// Writes a moment, told from `origin`.
pub(super) fn write_moment(out: &mut Writer, at: Millis, origin: Millis) {
    out.signed(distance(origin, at));
}

pub(super) fn read_moment(reader: &mut Reader<'_>, origin: Millis) -> Read<Millis> {
    Ok(after(origin, reader.number()?))
}

pub(super) const fn distance(from: Millis, to: Millis) -> i64 {
    to.0.wrapping_sub(from.0)
}

const fn after(origin: Millis, distance: i64) -> Millis {
    Millis(origin.0.wrapping_add(distance))
}
