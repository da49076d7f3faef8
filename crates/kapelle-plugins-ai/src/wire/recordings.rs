//! Answers that are kept in a folder and given again, so that flows with models can be tested without them.

use std::path::PathBuf;

use kapelle_model::Failure;
use kapelle_plugin::RunContext;
use ring::digest::{SHA256, digest};
use serde_json::{Value as Json, json};

use super::{Letter, hex};

/// The setting that names the folder.
const FOLDER: &str = "kapelle.ai.recordings";

/// The setting that says what happens with it: `record` or `replay`.
const MODE: &str = "kapelle.ai.recordings-mode";

/// The answer that was kept for a letter; where answers are given again, there has to be one.
pub(super) fn find(cx: &RunContext, letter: &Letter<'_>, content: &str) -> Result<Option<Json>, Failure> {
    let Some(folder) = folder(cx, "replay")? else { return Ok(None) };
    let path = folder.join(name(letter, content));
    let shown = path.display();
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Failure::new(format!(
            "there is no recorded answer of {} to this question ({error}): run it once with `{MODE}: record`; it is kept as `{shown}`",
            letter.who
        ))
    })?;
    let recorded: Json = serde_json::from_str(&text)
        .map_err(|error| Failure::new(format!("the recorded answer `{shown}` is no JSON: {error}")))?;
    Ok(Some(recorded.get("answer").cloned().unwrap_or_default()))
}

/// Keeps an answer, where answers are kept. What was asked is not: it may hold secrets.
pub(super) fn keep(
    cx: &RunContext,
    letter: &Letter<'_>,
    content: &str,
    answer: &Json,
) -> Result<(), Failure> {
    let Some(folder) = folder(cx, "record")? else { return Ok(()) };
    let path = folder.join(name(letter, content));
    let kept = json!({ "who": letter.who, "answer": answer });
    let written =
        std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, format!("{kept:#}\n")));
    written
        .map_err(|error| Failure::new(format!("the answer cannot be kept as `{}`: {error}", path.display())))
}

/// The folder, if answers are treated like that.
fn folder(cx: &RunContext, mode: &str) -> Result<Option<PathBuf>, Failure> {
    let Some(folder) = cx.host.setting(FOLDER) else { return Ok(None) };
    let set = cx.host.setting(MODE).unwrap_or_else(|| "replay".to_owned());
    match set.as_str() {
        "record" | "replay" => Ok((set == mode).then(|| folder.into())),
        other => {
            Err(Failure::new(format!("the setting `{MODE}` is `{other}`: there are `record` and `replay`")))
        }
    }
}

/// The name of the file: what is asked of whom, whatever the address and the key.
fn name(letter: &Letter<'_>, content: &str) -> String {
    let hash = digest(&SHA256, format!("{}\n{content}", letter.who).as_bytes());
    format!("{}.json", hex(&hash.as_ref()[..16]))
}
