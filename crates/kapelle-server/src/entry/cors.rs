//! Pages of other servers that may read answers: those that are listed, letter by letter, and nobody else. Cookies are
//! never theirs to use.

use hyper::header::{ACCESS_CONTROL_REQUEST_METHOD, HeaderValue, ORIGIN};
use hyper::{HeaderMap, Method, StatusCode};

use crate::answer::Answer;

/// Headers that such pages may send, and those of answers that they may read.
const SENT: &str = "authorization, content-type, accept, idempotency-key, x-csrf-token";
const READ: &str = "content-disposition, retry-after, x-kestra-edition";
const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";

/// Seconds that browsers remember what they may.
const REMEMBERED: &str = "1800";

/// The page that sent a request, if it is listed.
pub(crate) fn origin(headers: &HeaderMap, origins: &[String]) -> Option<HeaderValue> {
    let given = headers.get(ORIGIN)?;
    is_listed(given.to_str().ok()?, origins).then(|| given.clone())
}

pub(crate) fn is_listed(origin: &str, origins: &[String]) -> bool {
    origin != "null" && origins.iter().any(|known| known.trim_end_matches('/').eq_ignore_ascii_case(origin))
}

/// The answer to a browser that asks before it sends something for such a page.
pub(crate) fn preflight(method: &Method, headers: &HeaderMap) -> Option<Answer> {
    let asks = method == Method::OPTIONS && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    asks.then(|| {
        Answer::empty(StatusCode::NO_CONTENT)
            .header("access-control-allow-methods", METHODS)
            .header("access-control-allow-headers", SENT)
            .header("access-control-max-age", REMEMBERED)
    })
}

/// An answer that such a page may read.
pub(crate) fn readable(answer: Answer, origin: &HeaderValue) -> Answer {
    answer
        .header("access-control-allow-origin", origin.to_str().unwrap_or_default())
        .header("access-control-expose-headers", READ)
}
