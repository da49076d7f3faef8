//! Flows as archives: out as a zip, in as a zip or as texts.

use std::io::Read;
use std::sync::Arc;

use kapelle_core::yaml;
use kapelle_store::flow::FlowRevision;

use super::many::{failed, listed};
use super::{Named, matching};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::form::Part;
use crate::limits::TEXT_MAX;
use crate::zip;

/// Bytes of an archive that is imported.
const ARCHIVE_MAX: u64 = 100 << 20;

pub(crate) fn export_matching(call: &Call) -> Outcome<Answer> {
    Ok(exported(&matching(call)?))
}

pub(crate) fn export_listed(call: &Call) -> Outcome<Answer> {
    Ok(exported(&listed(call, "flow export")?))
}

fn exported(flows: &[Arc<FlowRevision>]) -> Answer {
    let entries =
        flows.iter().map(|flow| (format!("{}.{}.yml", flow.namespace, flow.id), flow.source.as_bytes()));
    Answer::download(zip::pack(entries), "application/octet-stream", "flows.zip")
}

/// The texts of a file that a form brings: what is in an archive, or the file itself.
pub(crate) fn texts(call: &Call) -> Outcome<Vec<Vec<u8>>> {
    let part = call.parts().iter().find(|part| part.name == "fileUpload");
    let part = part.ok_or_else(|| ApiError::bad_request("Required Part [fileUpload] not specified"))?;
    let bytes = read(part)?;
    let name = part.filename.as_deref().unwrap_or_default();
    if has_ending(name, &["zip"]) || bytes.starts_with(b"PK\x03\x04") {
        let entries = zip::unpack(&bytes).map_err(ApiError::invalid_entity)?;
        let texts = entries.into_iter().filter(|(name, _)| has_ending(name, &["yml", "yaml"]));
        return Ok(texts.map(|(_, bytes)| bytes).collect());
    }
    if has_ending(name, &["yml", "yaml"]) && bytes.len() <= TEXT_MAX {
        return Ok(vec![bytes]);
    }
    Err(ApiError::illegal_argument("a file with the ending .zip, .yml or .yaml is expected"))
}

/// Saves what a file holds. The ids of those that could not be saved.
pub(crate) fn import(call: &Call) -> Outcome<Answer> {
    let mut wrong = Vec::new();
    for bytes in texts(call)? {
        let text = String::from_utf8(bytes).map_err(|_| ApiError::invalid_entity("a flow is not UTF-8"))?;
        for span in yaml::split(&text) {
            import_one(call, &text[span.range()], &mut wrong)?;
        }
    }
    Ok(failed(wrong))
}

/// An archive that a form brings.
pub(crate) fn read(part: &Part) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::new();
    let reader = part.reader().map_err(|_| ApiError::internal())?;
    reader.take(ARCHIVE_MAX + 1).read_to_end(&mut bytes).map_err(|_| ApiError::internal())?;
    if bytes.len() as u64 > ARCHIVE_MAX {
        let why = format!("an archive has at most {ARCHIVE_MAX} bytes");
        return Err(ApiError::new(hyper::StatusCode::PAYLOAD_TOO_LARGE, why));
    }
    Ok(bytes)
}

fn import_one(call: &Call, document: &str, wrong: &mut Vec<String>) -> Outcome<()> {
    let source = document.strip_prefix("---").map_or(document, |rest| rest.trim_start_matches(['\r', '\n']));
    if source.trim().is_empty() {
        return Ok(());
    }
    let named = Named::of(source);
    if let Some(named) = &named {
        call.demand(&named.namespace)?;
    }
    match call.runtime().save_flow(&call.tenant, source) {
        Ok(_) => Ok(()),
        Err(unsaved) if call.query.is_set("failOnError") => Err(unsaved.into()),
        Err(_) => {
            wrong.push(named.map_or_else(|| "unknown".to_owned(), |named| named.id));
            Ok(())
        }
    }
}

pub(crate) fn has_ending(name: &str, endings: &[&str]) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| endings.iter().any(|known| known.eq_ignore_ascii_case(ending)))
}
