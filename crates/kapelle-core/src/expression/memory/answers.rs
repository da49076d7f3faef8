//! Canned answers to requests.

use kapelle_model::Value;

use crate::expression::builtin::parse_json;
use crate::expression::error::{Error, Outcome};
use crate::expression::form;
use crate::expression::services::{Request, Response};

/// The server that the answers are of. Nothing real can have this name.
pub const BASE: &str = "http://test.invalid";

#[derive(Default)]
pub(super) struct Answers {
    pub(super) all: Vec<Answer>,
}

pub(super) struct Answer {
    pub(super) method: String,
    /// With its query.
    pub(super) path: String,
    pub(super) headers: Vec<(String, Vec<String>)>,
    pub(super) body: Option<Value>,
    pub(super) response: Response,
}

impl Answers {
    /// The answer to a request, or an error that tells what is other than expected.
    pub(super) fn answer(&self, request: &Request) -> Outcome<Response> {
        let path = request.uri.expose().strip_prefix(BASE);
        let found = self
            .all
            .iter()
            .find(|answer| answer.method == request.method && path == Some(answer.path.as_str()))
            .ok_or_else(|| {
                let shown = format!("{} {}", request.method, request.uri.masked());
                Error::io(format!("there is no answer to {shown}")).help(self.listed())
            })?;
        for (name, expected) in &found.headers {
            let sent: Vec<_> = request
                .headers
                .iter()
                .filter(|(sent, _)| sent.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.expose())
                .collect();
            if sent != *expected {
                return Err(Error::io(format!(
                    "the header '{name}' of the request has to be {expected:?}, not {sent:?}"
                )));
            }
        }
        if let Some(expected) = &found.body {
            let sent = request.body.as_ref().map(|body| parse_json(body.expose()));
            if sent.as_ref().and_then(|sent| sent.as_ref().ok()) != Some(expected) {
                let sent = match sent {
                    None => "missing".to_owned(),
                    Some(Ok(sent)) => format!("{}: {}", form::describe(&sent), json(&sent)),
                    Some(Err(reason)) => format!("no JSON: {reason}"),
                };
                return Err(Error::io(format!(
                    "the body of the request has to be {}, but it is {sent}",
                    json(expected)
                )));
            }
        }
        Ok(found.response.clone())
    }

    fn listed(&self) -> String {
        if self.all.is_empty() {
            return "no answers are set up".to_owned();
        }
        let all: Vec<_> =
            self.all.iter().map(|answer| format!("{} {BASE}{}", answer.method, answer.path)).collect();
        format!("there are answers to {}", all.join(", "))
    }
}

fn json(value: &Value) -> String {
    let mut out = crate::expression::output::Output::new(4096);
    form::json(value, &jiff::tz::TimeZone::UTC, &mut out);
    out.into_text().masked()
}
