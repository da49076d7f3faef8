//! The web interface, for browsers.

use hyper::StatusCode;
use kapelle_core::expression::plain;

use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::handlers::accounts::csrf_cookie;
use crate::interface::{filled, media, policy};

/// Names of files change with what is in them.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// A worker obeys the policy of its own file: it may ask the server, and nobody else.
const FILE_POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'";

/// Who comes to the root wants the interface.
pub(crate) fn root(call: &Call) -> Outcome<Answer> {
    Ok(Answer::empty(StatusCode::FOUND).header("location", &format!("{}/ui/", call.app.base)))
}

/// A file of it, or the page: which of its addresses exist is known to the page alone.
pub(crate) fn show(call: &Call) -> Outcome<Answer> {
    let name = call.variable("path");
    let accepts = call.header("accept-encoding").unwrap_or_default();
    // The page is never sent as it was built.
    let file = if name == "index.html" { None } else { call.app.interface.file(name, accepts) };
    match file {
        Some(file) => {
            let caching = if name.starts_with("assets/") { FOREVER } else { "no-cache" };
            let answer = Answer::bytes(file.bytes.into_owned())
                .header("content-type", media(name))
                .header("cache-control", caching)
                .header("content-security-policy", FILE_POLICY)
                .header("vary", "accept-encoding");
            Ok(file.encoding.into_iter().fold(answer, |answer, name| answer.header("content-encoding", name)))
        }
        None if name.starts_with("assets/") => Err(ApiError::not_found(format!(
            "this version of the interface has no file {name}; reload the page for the present one"
        ))),
        None => page(call),
    }
}

fn page(call: &Call) -> Outcome<Answer> {
    let nonce = nonce()?;
    let csrf = call.app.gate.accounts().and_then(|accounts| accounts.csrf_of(&call.headers));
    let page = filled(&call.app.interface.page(), &nonce, &call.app.base, csrf.as_deref());
    let answer = Answer::page(page).header("content-security-policy", &policy(&nonce));
    Ok(csrf.into_iter().fold(answer, |answer, csrf| answer.header("set-cookie", &csrf_cookie(call, &csrf))))
}

fn nonce() -> Outcome<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| ApiError::internal())?;
    Ok(plain::to_base64(&bytes))
}
