//! Files of namespaces: read, written, moved, listed; in and out as an archive.

use std::io::Read;
use std::sync::Arc;

use hyper::StatusCode;
use kapelle_plugin::NamespaceFiles;
use kapelle_runtime::namespace_files::TenantFiles;
use kapelle_runtime::storage::check_path;
use serde_json::{Value as Json, json};

use super::flows::{all, archive, bulk};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::form::Part;
use crate::limits::ARCHIVE_BYTES_MAX;
use crate::views::file as view;
use crate::{pieces, zip};

/// The folder of an archive in which flows are.
const FLOWS: &str = "_flows/";

/// Files of the tenant, and the namespace that the path names.
fn files(call: &Call) -> Outcome<(TenantFiles, &str)> {
    let namespace = call.namespace()?;
    let (store, storage) = (Arc::clone(call.app.store()), Arc::clone(&call.app.storage));
    Ok((TenantFiles::new(Arc::clone(&call.tenant), store, storage, call.runtime().clock()), namespace))
}

/// The path that a parameter names, without slashes around it; empty for the root.
fn path<'c>(call: &'c Call, parameter: &str) -> Outcome<&'c str> {
    checked(call.query.get(parameter).unwrap_or_default())
}

fn checked(text: &str) -> Outcome<&str> {
    let path = text.trim_matches('/');
    let wrong = |why| ApiError::illegal_argument(format!("`{text}` is no path of a file: {why}"));
    if !path.is_empty() {
        check_path(path).map_err(wrong)?;
    }
    if format!("{path}/").starts_with(FLOWS) {
        return Err(ApiError::illegal_argument(format!("`{FLOWS}` is kept for flows: save them as flows")));
    }
    Ok(path)
}

/// The path of a file, which is not the root.
fn file_path<'c>(call: &'c Call, parameter: &str) -> Outcome<&'c str> {
    call.required(parameter)?;
    let path = path(call, parameter)?;
    if path.is_empty() {
        return Err(ApiError::illegal_argument(format!("{parameter}: the root is no file")));
    }
    Ok(path)
}

fn missing(path: &str) -> ApiError {
    ApiError::not_found(format!("File not found: /{path}"))
}

/// The last part of a path.
fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

pub(crate) async fn content(call: Arc<Call>) -> Outcome<Answer> {
    let asking = Arc::clone(&call);
    let file = call.app.blocking(move || opened(&asking)).await?;
    let name = name(file_path(&call, "path")?);
    Ok(Answer::stream(pieces::of(file), "application/octet-stream").attachment(name))
}

fn opened(call: &Call) -> Outcome<Box<dyn Read + Send>> {
    let (files, namespace) = files(call)?;
    let path = file_path(call, "path")?;
    let file = files.open(namespace, path, call.number("revision")?);
    file.map_err(ApiError::unavailable)?.ok_or_else(|| missing(path))
}

/// Writes a file, or what an archive holds.
pub(crate) fn upload(call: &Call) -> Outcome<Answer> {
    let (files, namespace) = files(call)?;
    call.required("path")?;
    let part = call.parts().iter().find(|part| part.name == "fileContent");
    let part = part.ok_or_else(|| ApiError::bad_request("Required Part [fileContent] not specified"))?;
    if part.filename.as_deref().is_some_and(|name| archive::has_ending(name, &["zip"])) {
        unpack(call, &files, namespace, part)?;
    } else {
        let mut content = part.reader().map_err(|_| ApiError::internal())?;
        files.put(namespace, file_path(call, "path")?, &mut content).map_err(ApiError::refused)?;
    }
    Ok(Answer::empty(StatusCode::OK))
}

/// Writes what an archive holds below the path, and saves its flows. One bad entry refuses all of it.
fn unpack(call: &Call, files: &TenantFiles, namespace: &str, part: &Part) -> Outcome<()> {
    let folder = path(call, "path")?;
    let mut flows = Vec::new();
    let mut contents = Vec::new();
    for (name, bytes) in zip::unpack(&archive::read(part)?).map_err(ApiError::invalid_entity)? {
        if name.starts_with(FLOWS) && archive::has_ending(&name, &["yml", "yaml"]) {
            let wrong = |_| ApiError::invalid_entity(format!("{name}: it is not UTF-8"));
            flows.push(bulk::moved(&String::from_utf8(bytes).map_err(wrong)?, namespace));
        } else {
            contents.push((checked(&format!("{folder}/{name}"))?.to_owned(), bytes));
        }
    }
    for source in flows {
        call.runtime().save_flow(&call.tenant, &source)?;
    }
    for (place, bytes) in contents {
        files.put(namespace, &place, &mut &bytes[..]).map_err(ApiError::refused)?;
    }
    Ok(())
}

pub(crate) fn rename(call: &Call) -> Outcome<Answer> {
    let (files, namespace) = files(call)?;
    let (from, to) = (file_path(call, "from")?, file_path(call, "to")?);
    if !files.move_tree(namespace, from, to).map_err(ApiError::refused)? {
        return Err(missing(from));
    }
    Ok(Answer::empty(StatusCode::OK))
}

/// What is not there is deleted already.
pub(crate) fn delete(call: &Call) -> Outcome<Answer> {
    let (files, namespace) = files(call)?;
    files.delete_tree(namespace, file_path(call, "path")?).map_err(ApiError::unavailable)?;
    Ok(Answer::empty(StatusCode::OK))
}

pub(crate) fn make_folder(call: &Call) -> Outcome<Answer> {
    let (files, namespace) = files(call)?;
    let path = path(call, "path")?;
    if !path.is_empty() {
        files.make_folder(namespace, path).map_err(ApiError::refused)?;
    }
    Ok(Answer::empty(StatusCode::OK))
}

pub(crate) fn list(call: &Call) -> Outcome<Answer> {
    let (files, namespace) = files(call)?;
    let path = path(call, "path")?;
    let entries = files.entries(namespace, path).map_err(ApiError::unavailable)?;
    let entries = entries.ok_or_else(|| missing(path))?;
    Ok(Answer::json(&entries.iter().map(|(name, entry)| view::attributes(name, entry)).collect()))
}

pub(crate) fn stats(call: &Call) -> Outcome<Answer> {
    let (files, namespace) = files(call)?;
    let path = path(call, "path")?;
    let entry = files.entry(namespace, path).map_err(ApiError::unavailable)?;
    Ok(Answer::json(&view::attributes(name(path), &entry.ok_or_else(|| missing(path))?)))
}

/// The files in whose path a text is.
pub(crate) fn search(call: &Call) -> Outcome<Answer> {
    let (files, namespace) = files(call)?;
    let text = call.query.get("q").unwrap_or_default();
    let all = files.list(namespace).map_err(ApiError::unavailable)?;
    let paths = all.iter().map(|file| format!("/{}", file.path)).filter(|path| path.contains(text));
    Ok(Answer::json(&paths.map(Json::from).collect()))
}

pub(crate) fn revisions(call: &Call) -> Outcome<Answer> {
    let (files, namespace) = files(call)?;
    let path = file_path(call, "path")?;
    let versions = files.versions(namespace, path).map_err(ApiError::unavailable)?;
    if versions.is_empty() {
        return Err(missing(path));
    }
    Ok(Answer::json(&versions.iter().map(|file| json!({"revision": file.version})).collect()))
}

/// All files with the flows of the namespace.
pub(crate) fn export(call: &Call) -> Outcome<Answer> {
    let (files, namespace) = files(call)?;
    let mut entries: Vec<(String, Vec<u8>)> = Vec::new();
    let mut total = 0;
    for file in files.list(namespace).map_err(ApiError::unavailable)? {
        total += file.size;
        if total > ARCHIVE_BYTES_MAX as u64 {
            let why =
                format!("the files have more than {ARCHIVE_BYTES_MAX} bytes together: fetch them singly");
            return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, why));
        }
        let content = files.open(namespace, &file.path, None).map_err(ApiError::unavailable)?;
        let Some(mut content) = content else { continue };
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes).map_err(|_| ApiError::internal())?;
        entries.push((file.path, bytes));
    }
    for flow in all(call)?.iter().filter(|flow| &*flow.namespace == namespace) {
        entries.push((format!("{FLOWS}{}.yml", flow.id), flow.source.as_bytes().to_vec()));
    }
    let packed = zip::pack(entries.iter().map(|(name, bytes)| (name.clone(), &bytes[..])));
    Ok(Answer::download(packed, "application/octet-stream", "files.zip"))
}
