//! The tasks of `storage`, over the files of the shelf.

mod items;

use std::sync::Arc;

use kapelle_core::expression::plain;
use kapelle_core::property::text_of;
use kapelle_model::{Failure, Value};

use super::batches::{How, batches, lines};
use super::files::{absent, check_scheme, extension};
use super::properties::{failed, missing};
use super::{Done, Work};

pub(super) use items::{deduplicate, filter};

/// Writes a text to a new file.
pub(super) fn write(work: &Work<'_>, done: &mut Done) -> Result<(), Failure> {
    let content = work.required("content")?;
    let extension = work.word("extension", ".tmp")?;
    done.output("uri", &*work.put(&extension, content.expose()));
    Ok(())
}

/// Appends files to each other, with something after each of them.
pub(super) fn concat(work: &Work<'_>, done: &mut Done) -> Result<(), Failure> {
    let files = match work.value("files")?.ok_or_else(|| missing("files"))? {
        Value::List(files) => files,
        text => match plain::from_json(text_of(&text).map_err(failed)?.expose()) {
            Ok(Value::List(files)) => files,
            _ => {
                return Err(Failure::new(
                    "the property `files` is a list of URIs, or a text that is one in JSON",
                ));
            }
        },
    };
    let separator = work.word("separator", "")?;
    let mut content = Vec::new();
    for uri in files.iter() {
        content.extend_from_slice(&work.file(text_of(uri).map_err(failed)?.expose())?);
        content.extend_from_slice(separator.as_bytes());
    }
    let extension = work.word("extension", ".tmp")?;
    done.output("uri", &*work.put(&extension, content));
    Ok(())
}

/// Cuts a file into several.
pub(super) fn split(work: &Work<'_>, done: &mut Done) -> Result<(), Failure> {
    let from = work.required("from")?;
    let how = How::read(&|name| work.text(name), None)?;
    let content = work.content(from.expose())?;
    let separator = work.word("separator", "\n")?;
    let uris = batches(&content, &how, &separator)?
        .into_iter()
        .map(|batch| Value::from(&*work.put(extension(from.expose()), batch)))
        .collect();
    done.output("uris", Value::List(Arc::new(uris)));
    Ok(())
}

/// Forgets a file.
pub(super) fn delete(work: &Work<'_>, done: &mut Done) -> Result<(), Failure> {
    let uri = work.required("uri")?;
    check_scheme(uri.expose())?;
    let deleted = work.shelf.remove_file(uri.expose());
    if !deleted && work.flag("errorOnMissing", false)? {
        return Err(absent(uri.expose()));
    }
    done.output("uri", Value::Str(uri));
    done.output("deleted", Value::Bool(deleted));
    Ok(())
}

/// Tells the size of a file.
pub(super) fn size(work: &Work<'_>, done: &mut Done) -> Result<(), Failure> {
    let content = work.file(work.required("uri")?.expose())?;
    done.output("size", Value::Int(content.len() as i64));
    Ok(())
}

/// Writes the lines of a file in the opposite order.
pub(super) fn reverse(work: &Work<'_>, done: &mut Done) -> Result<(), Failure> {
    let from = work.required("from")?;
    let separator = work.word("separator", "\n")?;
    let content = work.content(from.expose())?;
    let reversed: String =
        lines(&content, &separator).into_iter().rev().flat_map(|line| [line, separator.as_str()]).collect();
    done.output("uri", &*work.put(extension(from.expose()), reversed));
    Ok(())
}
