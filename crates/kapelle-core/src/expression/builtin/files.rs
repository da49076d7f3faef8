//! Files of the namespace, of the execution, of the machine.

mod place;

use kapelle_model::{Text, Value};

use self::place::{Place, place, versioned};
use super::origin::Origin;
use super::{Builtin, Call, Parameter, ion, optional, required};
use crate::expression::error::{Error, Outcome};
use crate::expression::services::File;

const PLAIN: &[Parameter] = &[required("path"), optional("namespace", "null")];
const WITH_VERSION: &[Parameter] =
    &[required("path"), optional("namespace", "null"), optional("version", "null")];

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::function(
        "fileExists",
        "Whether a file of the namespace, of the internal storage or of the machine exists.",
        file_exists,
    )
    .takes(PLAIN)
    .shown("{{ fileExists('a.txt') ? read('a.txt') : 'none' }}"),
    Builtin::function("fileSize", "The size of a file in bytes.", file_size)
        .takes(PLAIN)
        .shown("{{ fileSize(outputs.task.uri) }}"),
    Builtin::function("fileURI", "The URI of a namespace file, for tasks that take one.", file_uri)
        .takes(WITH_VERSION)
        .shown("{{ fileURI('scripts/run.py') }}"),
    Builtin::function("isFileEmpty", "Whether a file has no content.", is_file_empty)
        .takes(PLAIN)
        .shown("{{ isFileEmpty(outputs.task.uri) }}"),
    Builtin::function(
        "read",
        "The text of a file of the namespace, of the internal storage or of the machine.",
        read,
    )
    .takes(WITH_VERSION)
    .shown("{{ fromJson(read('config.json')).port }}"),
];

fn read(call: &mut Call<'_, '_>) -> Outcome {
    let (path, namespace) = arguments(call)?;
    let version = version(call)?;
    let place = located(call, &path, namespace.as_ref())?;
    let file = best(call, &place, version)?;
    // The size comes first, so that nothing is loaded that would be too large.
    let size = call.run.services().file_size(&file)?.ok_or_else(|| missing(&place, version))?;
    call.run.allocate(usize::try_from(size).unwrap_or(usize::MAX))?;
    let content = call.run.services().read(&file)?.ok_or_else(|| missing(&place, version))?;
    // It may have grown meanwhile.
    call.run.allocate(content.len().saturating_sub(usize::try_from(size).unwrap_or(usize::MAX)))?;
    if content.starts_with(&ion::MARK) {
        return Ok(Value::Bytes(content.into()));
    }
    let text = String::from_utf8(content)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    Ok(Value::Str(Text::from(text)))
}

fn file_uri(call: &mut Call<'_, '_>) -> Outcome {
    let (path, namespace) = arguments(call)?;
    let version = version(call)?;
    let place = located(call, &path, namespace.as_ref())?;
    let Place::Namespace { namespace, path, is_uri: false } = &place else {
        return Err(call
            .wrong_argument(0, "a path in a namespace", &Value::Str(path.clone()))
            .help("what is a URI already needs no `fileURI`"));
    };
    let versions = call.run.services().file_versions(namespace, path)?;
    if version.is_some_and(|version| version == 0 || version > versions) {
        return Err(missing(&place, version)
            .help(format!("there are {versions} versions of the file; they count from 1")));
    }
    let folder = namespace.replace('.', "/");
    let uri = match version.unwrap_or(versions) {
        0 | 1 => format!("kestra:///{folder}/_files/{path}"),
        version => format!("kestra:///{folder}/_files/{path}.v{version}"),
    };
    Ok(Value::Str(Text::from(uri)))
}

fn file_exists(call: &mut Call<'_, '_>) -> Outcome {
    Ok(Value::Bool(size(call)?.1.is_some()))
}

fn file_size(call: &mut Call<'_, '_>) -> Outcome {
    Ok(Value::Int(i64::try_from(known_size(call)?).unwrap_or(i64::MAX)))
}

fn is_file_empty(call: &mut Call<'_, '_>) -> Outcome {
    Ok(Value::Bool(known_size(call)? == 0))
}

/// The size of the file that a call is about, with its place.
fn size(call: &mut Call<'_, '_>) -> Outcome<(String, Option<u64>)> {
    let (path, namespace) = arguments(call)?;
    let place = located(call, &path, namespace.as_ref())?;
    let file = best(call, &place, None)?;
    Ok((place.shown(), call.run.services().file_size(&file)?))
}

fn known_size(call: &mut Call<'_, '_>) -> Outcome<u64> {
    let (shown, size) = size(call)?;
    size.ok_or_else(|| not_found(&shown))
}

fn arguments(call: &Call<'_, '_>) -> Outcome<(Text, Option<Text>)> {
    Ok((call.required_text(0)?.clone(), call.given_text(1)?.cloned()))
}

/// The argument 'version': an integer, which may be written as text.
fn version(call: &Call<'_, '_>) -> Outcome<Option<u64>> {
    let Some(value) = call.given(2) else { return Ok(None) };
    let version = match value {
        Value::Int(number) => Some(u64::try_from(*number).unwrap_or(0)),
        Value::Str(text) => text.expose().parse().ok(),
        _ => None,
    };
    version.map(Some).ok_or_else(|| call.wrong_argument(2, "an integer", value))
}

fn located<'p, 'e: 'p>(
    call: &Call<'_, 'e>,
    path: &'p Text,
    namespace: Option<&'p Text>,
) -> Outcome<Place<'p>> {
    let services = call.run.services();
    let namespace = namespace.map(Text::expose);
    place(path.expose(), namespace, &Origin::of(call.run), &|namespace| services.may_use_namespace(namespace))
}

/// The file at a place. The version in the URI of a namespace file counts if there is such a version.
fn best<'p>(call: &Call<'_, '_>, place: &'p Place<'_>, version: Option<u64>) -> Outcome<File<'p>> {
    if let Place::Namespace { namespace, path, is_uri: true } = place
        && let Some((path, version)) = versioned(path)
        && call.run.services().file_versions(namespace, path)? >= version
    {
        return Ok(File::Namespace { namespace, path, version: Some(version) });
    }
    Ok(place.file(version))
}

fn missing(place: &Place<'_>, version: Option<u64>) -> Box<Error> {
    match (place, version) {
        (Place::Namespace { .. }, Some(version)) => {
            not_found(&format!("version {version} of {}", place.shown()))
        }
        _ => not_found(&place.shown()),
    }
}

fn not_found(shown: &str) -> Box<Error> {
    Error::not_found(format!("{shown} does not exist"))
        .help("`fileExists(…)` tells beforehand; case counts in names of files")
}

#[cfg(test)]
mod tests;
