//! `io.kestra.plugin.core.http.Download`: loads an answer into a file.

use kapelle_http::Response;
use kapelle_model::effect::Level;
use kapelle_plugin::{Any, Broken, Expr, Metric, Name, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::exchange::{exchange, headers};
use super::file::into_file;
use super::properties::TaskProperties;

/// Characters of an ending that is taken over from an address.
const ENDING_MAX: usize = 16;

/// # Download a file
///
/// Sends a request over HTTP and keeps the content of the answer as a file.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Download {
    #[serde(flatten)]
    http: TaskProperties,
    /// How the file is called; else as the server says, or by a name of its own.
    #[serde(default)]
    save_as: Option<Expr<String>>,
    /// Whether an answer without content is a failure.
    #[serde(default)]
    fail_on_empty_response: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The file.
    uri: String,
    /// The status of the answer.
    code: u16,
    /// Its size in bytes.
    length: u64,
    /// Headers of the answer by name, each with all its values.
    headers: Any,
}

impl Task for Download {
    const TYPE: &'static str = "io.kestra.plugin.core.http.Download";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let save_as = cx.filled(self.save_as.as_ref())?;
        let fails_empty = cx.filled(self.fail_on_empty_response.as_ref())?.unwrap_or(true);
        let mut good = exchange(cx, &self.http, "*/*").await?;
        let (uri, length) = kept(cx, &mut good.answer.response, save_as.as_deref()).await?;
        if length == 0 {
            if fails_empty && !good.allows_failed {
                return Err(Broken::new("No response from server"));
            }
            cx.log(Level::Warn, "the answer has no content, and the file is empty");
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "a metric needs no single bytes of thousands of terabytes"
        )]
        cx.metric(Metric::counter("response.length", length as f64));
        let response = &good.answer.response;
        Ok(Output { uri, code: response.status, length, headers: headers(response) })
    }
}

/// The address and the size of the file that the content becomes.
async fn kept(
    cx: &RunContext,
    response: &mut Response,
    save_as: Option<&str>,
) -> Result<(String, u64), Broken> {
    let stated = response.header("content-disposition").and_then(file_name);
    let ending = ending(response.url.path());
    let name = match (save_as, &stated) {
        (Some(name), _) => Name::Exactly(name),
        (None, Some(name)) => Name::Exactly(name),
        (None, None) => Name::Ending(&ending),
    };
    into_file(cx, response, name).await
}

/// The name in a header `Content-Disposition`: its last part, fit for an address.
fn file_name(header: &str) -> Option<String> {
    let mut found = None;
    for part in parts(header).into_iter().skip(1) {
        let Some((key, value)) = part.split_once('=') else { continue };
        match key.trim().to_ascii_lowercase().as_str() {
            "filename" if found.is_none() => found = Some(unquoted(value.trim())),
            // This form may hold any character, and counts more.
            "filename*" => found = value.trim().rsplit('\'').next().map(percent_decoded),
            _ => {}
        }
    }
    let name = found?.rsplit(['/', '\\']).next().unwrap_or_default().trim().to_owned();
    let is_name = !name.is_empty() && name != "." && name != ".." && !name.contains(char::is_control);
    is_name.then(|| name.replace(' ', "+").replace('[', "%5B").replace(']', "%5D"))
}

/// What stands between semicolons; one in quotes is none.
fn parts(header: &str) -> Vec<&str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    header
        .split(|character| {
            let is_border = character == ';' && !is_quoted;
            is_quoted ^= character == '"' && !is_escaped;
            is_escaped = character == '\\' && !is_escaped;
            is_border
        })
        .collect()
}

fn unquoted(value: &str) -> String {
    match value.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').unwrap_or(rest).replace("\\\"", "\""),
        None => value.to_owned(),
    }
}

fn percent_decoded(text: &str) -> String {
    super::message::decoded(text)
}

/// The ending of the last name of a path, with its dot.
fn ending(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    let ending = name.rfind('.').map_or("", |dot| &name[dot..]);
    let is_ending =
        ending.len() <= ENDING_MAX && ending.bytes().skip(1).all(|byte| byte.is_ascii_alphanumeric());
    if is_ending && ending.len() > 1 { ending.to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_may_name_the_file() {
        for (header, name) in [
            ("attachment; filename=\"a b.txt\"", Some("a+b.txt")),
            ("attachment; filename=plain.csv; size=3", Some("plain.csv")),
            ("attachment; filename=\"a;b[1].txt\"", Some("a;b%5B1%5D.txt")),
            ("attachment; filename=\"../../etc/passwd\"", Some("passwd")),
            ("attachment; filename=\"C:\\x\\y.txt\"", Some("y.txt")),
            ("attachment; FileName*=UTF-8''gr%C3%B6%C3%9Fe.txt; filename=x", Some("größe.txt")),
            ("attachment; filename=\"..\"", None),
            ("attachment; filename=\"\"", None),
            ("inline", None),
            ("filename=x", None),
        ] {
            assert_eq!(file_name(header).as_deref(), name, "{header}");
        }
    }

    #[test]
    fn else_the_address_gives_its_ending() {
        for (path, found) in [
            ("/a/b.csv", ".csv"),
            ("/a.b/c", ""),
            ("/", ""),
            ("/x.tar.gz", ".gz"),
            ("/x.", ""),
            ("/x.a%20b", ""),
        ] {
            assert_eq!(ending(path), found, "{path}");
        }
    }
}
