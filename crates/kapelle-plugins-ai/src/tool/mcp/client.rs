//! A client of a server of tools: meeting it, asking for its tools, calling them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, RunContext};
use serde_json::{Map, Value as Json, json};

use super::http::Http;
use super::program::Program;
use super::{Server, Way};
use crate::chat::{items_at, text_at};
use crate::wire::unless_stopped;

/// The version of the protocol that we speak.
const VERSION: &str = "2025-06-18";

/// How long an answer may take where nobody says so. A program may have to be fetched first.
const TIMEOUT: Duration = Duration::from_mins(1);
const TIMEOUT_OF_PROGRAMS: Duration = Duration::from_mins(10);

/// Tools of a server, and parts in which it tells of them.
const TOOLS_MAX: usize = 1_000;
const PAGES_MAX: usize = 100;

pub(crate) struct Client {
    line: Line,
    timeout: Duration,
    logs_requests: bool,
    logs_answers: bool,
    next: AtomicU64,
}

/// Over what messages go.
enum Line {
    Http(Box<Http>),
    Program(Box<Program>),
}

/// What came of a call.
#[derive(Debug)]
pub(crate) struct Called {
    pub(crate) text: String,
    pub(crate) structured: Option<Json>,
    pub(crate) is_error: bool,
}

impl Client {
    /// Meets a server.
    pub(crate) async fn open(cx: &RunContext, server: Server) -> Result<Self, Broken> {
        let set = server.timeout.and_then(|timeout| Duration::try_from(timeout).ok());
        let set = set.filter(|timeout| !timeout.is_zero());
        let usual = if matches!(server.way, Way::Program(_)) { TIMEOUT_OF_PROGRAMS } else { TIMEOUT };
        let timeout = set.unwrap_or(usual);
        let line = match server.way {
            Way::Http(site) => Line::Http(Box::new(Http::open(cx, site, timeout).await?)),
            Way::Program(start) => Line::Program(Box::new(Program::start(cx, &start)?)),
        };
        let Server { logs_requests, logs_answers, .. } = server;
        let client = Self { line, timeout, logs_requests, logs_answers, next: AtomicU64::new(1) };
        let hello = json!({
            "protocolVersion": VERSION, "capabilities": {},
            "clientInfo": { "name": "Kapelle", "version": env!("CARGO_PKG_VERSION") },
        });
        let met = client.ask(cx, "initialize", hello).await?;
        if let Line::Http(http) = &client.line {
            http.agree(text_at(&met, "/protocolVersion"));
        }
        client.tell(cx, "notifications/initialized").await?;
        Ok(client)
    }

    /// All tools of the server.
    pub(crate) async fn tools(&self, cx: &RunContext) -> Result<Vec<Json>, Broken> {
        let (mut tools, mut cursor) = (Vec::new(), None);
        for _ in 0..PAGES_MAX {
            let params = cursor.map_or_else(|| json!({}), |cursor: String| json!({ "cursor": cursor }));
            let page = self.ask(cx, "tools/list", params).await?;
            tools.extend(items_at(&page, "/tools").iter().cloned());
            cursor = text_at(&page, "/nextCursor").filter(|cursor| !cursor.is_empty()).map(str::to_owned);
            if cursor.is_none() && tools.len() <= TOOLS_MAX {
                return Ok(tools);
            }
        }
        Err(Broken::new(format!("{} has more than {TOOLS_MAX} tools", self.who())))
    }

    /// Calls a tool.
    pub(crate) async fn call(
        &self,
        cx: &RunContext,
        name: &str,
        arguments: Map<String, Json>,
    ) -> Result<Called, Broken> {
        let result = self.ask(cx, "tools/call", json!({ "name": name, "arguments": arguments })).await?;
        let texts = items_at(&result, "/content").iter().map(|part| match text_at(part, "/type") {
            Some("text") => text_at(part, "/text").unwrap_or_default().to_owned(),
            Some("resource") => text_at(part, "/resource/text").unwrap_or_default().to_owned(),
            Some("resource_link") => text_at(part, "/uri").unwrap_or_default().to_owned(),
            kind => format!("({})", kind.unwrap_or("something")),
        });
        let mut text = texts.collect::<Vec<_>>().join("\n");
        let structured = result.get("structuredContent").filter(|json| !json.is_null()).cloned();
        if let Some(structured) = structured.as_ref().filter(|_| text.is_empty()) {
            text = structured.to_string();
        }
        let is_error = result.get("isError").and_then(Json::as_bool).unwrap_or(false);
        Ok(Called { text, structured, is_error })
    }

    /// Says goodbye.
    pub(crate) async fn close(&self, cx: &RunContext) {
        match &self.line {
            Line::Http(http) => http.close(cx).await,
            Line::Program(program) => program.close().await,
        }
    }

    fn who(&self) -> String {
        match &self.line {
            Line::Http(http) => http.who(),
            Line::Program(program) => program.who(),
        }
    }

    /// The result of a question.
    async fn ask(&self, cx: &RunContext, method: &str, params: Json) -> Result<Json, Broken> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let body = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        self.told(cx, &body);
        let asked = tokio::time::timeout(self.timeout, self.answer(cx, &body, id));
        let answer = unless_stopped(cx, asked).await?.map_err(|_| {
            Broken::new(format!("{} did not answer `{method}` within {:?}", self.who(), self.timeout))
        })??;
        if self.logs_answers {
            cx.log(Level::Debug, format!("answer of {}: {answer}", self.who()));
        }
        if let Some(error) = answer.get("error") {
            let words = text_at(error, "/message").unwrap_or("without a reason");
            return Err(Broken::new(format!("{} refuses `{method}`: {words}", self.who())));
        }
        Ok(answer.get("result").cloned().unwrap_or_default())
    }

    async fn answer(&self, cx: &RunContext, body: &Json, id: u64) -> Result<Json, Broken> {
        match &self.line {
            Line::Http(http) => http.answer(cx, body, id).await,
            Line::Program(program) => program.answer(cx, body, id).await,
        }
    }

    /// Says something that is not answered.
    async fn tell(&self, cx: &RunContext, method: &str) -> Result<(), Broken> {
        let body = json!({ "jsonrpc": "2.0", "method": method });
        self.told(cx, &body);
        match &self.line {
            // Nobody waits for what comes of it.
            Line::Http(http) => {
                match unless_stopped(cx, tokio::time::timeout(self.timeout, http.send(cx, &body))).await? {
                    Ok(sent) => sent.map(drop),
                    Err(_) => Ok(()),
                }
            }
            Line::Program(program) => program.tell(cx, &body).await,
        }
    }

    fn told(&self, cx: &RunContext, body: &Json) {
        if self.logs_requests {
            cx.log(Level::Debug, format!("to {}: {body}", self.who()));
        }
    }
}
