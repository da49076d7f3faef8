//! Births, without what every backend has in columns: id, tenant, namespace, flow and revision.

use std::sync::Arc;

use kapelle_model::Millis;
use kapelle_model::execution::{Birth, Kind, Origin, Parent, Scope, Start};

use super::Known;
use super::history::{read_moment, write_moment};
use super::maps::{Place, Source};
use super::reader::{Read, Reader};
use super::writer::Writer;
use crate::error::Result;
use crate::issuer;

pub(super) fn write(out: &mut Writer, birth: &Birth, place: Place<'_>) -> Result<()> {
    out.begin_map();
    if !birth.inputs.is_empty() {
        place.field(out, "i", &birth.inputs)?;
    }
    if let Some(Origin { id, type_name, variables }) = &birth.origin {
        out.key("o");
        out.begin_list();
        out.text(id);
        out.text(type_name);
        place.write(out, variables)?;
        out.end_list();
    }
    if let Some(parent) = birth.parent {
        out.key("p");
        write_parent(out, parent);
    }
    out.field_id("r", birth.replay_of);
    out.field_id("f", Some(birth.original).filter(|original| *original != birth.id));
    write_moments(out, birth);
    out.field_numbered("k", birth.kind);
    out.field_signed("y", birth.priority.into());
    out.field_unsigned("d", birth.depth, 0);
    if let Some(scope) = &birth.scope {
        out.key("l");
        out.begin_list();
        out.text(&scope.task);
        place.write(out, &scope.item)?;
        place.write(out, &scope.outputs)?;
        out.end_list();
    }
    out.end_map();
    Ok(())
}

/// Moments are told from the one at which the id was given out, which most of them are.
fn write_moments(out: &mut Writer, birth: &Birth) {
    let origin = issuer::moment(birth.id);
    if birth.original_created != origin {
        out.key("c");
        write_moment(out, birth.original_created, origin);
    }
    if let Some(Start { at, reason }) = birth.start {
        out.key("s");
        out.begin_list();
        write_moment(out, at, origin);
        out.numbered(reason);
        out.end_list();
    }
}

pub(super) fn read(reader: &mut Reader<'_>, known: Known, source: Source<'_>) -> Read<Birth> {
    let origin = issuer::moment(known.id);
    let mut birth = empty(known, origin);
    let mut open = reader.map()?;
    while let Some(key) = reader.key(&mut open)? {
        match &*key {
            "i" => birth.inputs = source.read(reader)?,
            "o" => birth.origin = Some(read_origin(reader, source)?),
            "p" => birth.parent = Some(read_parent(reader)?),
            "r" => birth.replay_of = Some(reader.id()?),
            "f" => birth.original = reader.id()?,
            "c" => birth.original_created = read_moment(reader, origin)?,
            "s" => birth.start = Some(read_start(reader, origin)?),
            "k" => birth.kind = reader.numbered()?,
            "y" => birth.priority = reader.number()?,
            "d" => birth.depth = reader.number()?,
            "l" => birth.scope = Some(Arc::new(read_scope(reader, source)?)),
            _ => reader.skip()?,
        }
    }
    Ok(birth)
}

fn empty(known: Known, created: Millis) -> Birth {
    let Known { id, tenant, namespace, flow, revision } = known;
    Birth {
        id,
        tenant,
        namespace,
        flow,
        revision,
        inputs: Arc::default(),
        origin: None,
        parent: None,
        replay_of: None,
        original: id,
        original_created: created,
        start: None,
        kind: Kind::default(),
        priority: 0,
        depth: 0,
        scope: None,
    }
}

fn read_origin(reader: &mut Reader<'_>, source: Source<'_>) -> Read<Origin> {
    let mut open = reader.list()?;
    reader.item(&mut open)?;
    let id = reader.shared()?;
    reader.item(&mut open)?;
    let type_name = reader.shared()?;
    reader.item(&mut open)?;
    let variables = source.read(reader)?;
    reader.close(open)?;
    Ok(Origin { id, type_name, variables })
}

fn read_start(reader: &mut Reader<'_>, origin: Millis) -> Read<Start> {
    let mut open = reader.list()?;
    reader.item(&mut open)?;
    let at = read_moment(reader, origin)?;
    reader.item(&mut open)?;
    let reason = reader.numbered()?;
    reader.close(open)?;
    Ok(Start { at, reason })
}

fn read_scope(reader: &mut Reader<'_>, source: Source<'_>) -> Read<Scope> {
    let mut open = reader.list()?;
    reader.item(&mut open)?;
    let task = reader.shared()?;
    reader.item(&mut open)?;
    let item = source.read(reader)?;
    reader.item(&mut open)?;
    let outputs = source.read(reader)?;
    reader.close(open)?;
    Ok(Scope { task, item, outputs })
}

pub(super) fn write_parent(out: &mut Writer, parent: Parent) {
    out.begin_list();
    out.id(parent.execution);
    out.unsigned(parent.run.0.get());
    out.unsigned(parent.iteration);
    out.end_list();
}

pub(super) fn read_parent(reader: &mut Reader<'_>) -> Read<Parent> {
    let mut open = reader.list()?;
    reader.item(&mut open)?;
    let execution = reader.id()?;
    reader.item(&mut open)?;
    let run = reader.run_index()?;
    reader.item(&mut open)?;
    let iteration = reader.number()?;
    reader.close(open)?;
    Ok(Parent { execution, run, iteration })
}
