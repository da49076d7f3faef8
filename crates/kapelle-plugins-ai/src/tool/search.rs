//! Searches of the web, for models and for those who look things up for them.

use std::sync::Arc;

use kapelle_http::Header;
use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::{Offered, Working, Works, texts};
use crate::chat::{ToolSpec, items_at, text_at};
use crate::session::Session;
use crate::wire::{Body, Letter, encoded, post};

/// Results that a tool gives.
const RESULTS: u64 = 5;

/// What the argument is called.
const QUERY: &str = "query";

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) title: String,
    pub(crate) url: String,
    pub(crate) text: String,
}

/// Where a service is: the setting of the installation, else where everybody finds it.
fn base(cx: &RunContext, name: &str, usual: &str) -> String {
    let set = cx.host.setting(&format!("kapelle.services.{name}"));
    set.as_deref().unwrap_or(usual).trim_end_matches('/').to_owned()
}

/// Asks Google's programmable search.
pub(crate) async fn google(
    cx: &RunContext,
    engine: &str,
    key: &Text,
    query: &str,
    most: u64,
) -> Result<Vec<Found>, Broken> {
    let base = base(cx, "google-search", "https://www.googleapis.com");
    let most = most.clamp(1, 10);
    let url = format!("{base}/customsearch/v1?cx={}&num={most}&q={}", encoded(engine), encoded(query));
    let letter = Letter {
        who: "Google",
        client: &cx.host.http(),
        url,
        headers: vec![Header::secret("x-goog-api-key", key.expose())],
        body: Body::Nothing,
        key_hint: "check `apiKey` and `csi` of the search",
    };
    let answer = post(cx, &letter).await?;
    let found = |item: &Json| Found {
        title: text_at(item, "/title").unwrap_or_default().to_owned(),
        url: text_at(item, "/link").unwrap_or_default().to_owned(),
        text: text_at(item, "/snippet").unwrap_or_default().to_owned(),
    };
    Ok(items_at(&answer, "/items").iter().map(found).collect())
}

/// Asks Tavily.
pub(crate) async fn tavily(
    cx: &RunContext,
    key: &Text,
    query: &str,
    most: u64,
) -> Result<Vec<Found>, Broken> {
    let body = json!({ "query": query, "max_results": most });
    let letter = Letter {
        who: "Tavily",
        client: &cx.host.http(),
        url: format!("{}/search", base(cx, "tavily", "https://api.tavily.com")),
        headers: vec![Header::secret("Authorization", format!("Bearer {}", key.expose()))],
        body: Body::Json(&body),
        key_hint: "check `apiKey` of the search",
    };
    let answer = post(cx, &letter).await?;
    let found = |item: &Json| Found {
        title: text_at(item, "/title").unwrap_or_default().to_owned(),
        url: text_at(item, "/url").unwrap_or_default().to_owned(),
        text: text_at(item, "/content").unwrap_or_default().to_owned(),
    };
    Ok(items_at(&answer, "/results").iter().map(found).collect())
}

/// Google's search as a tool.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GoogleTool {
    csi: Expr<String>,
    api_key: Expr<Text>,
}

/// Tavily's search as a tool.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TavilyTool {
    api_key: Expr<Text>,
}

fn spec(name: &str) -> ToolSpec {
    ToolSpec {
        name: name.to_owned(),
        description: "Searches the web, and gives titles, addresses and excerpts of pages.".to_owned(),
        parameters: texts(&[(QUERY, "What is looked for.")]),
    }
}

fn query(arguments: &Map<String, Json>) -> Result<&str, Broken> {
    let query = arguments.get(QUERY).and_then(Json::as_str);
    query.ok_or_else(|| Broken::new(format!("the tool needs `{QUERY}`, a text")))
}

fn told(found: &[Found]) -> Text {
    let texts = found.iter().map(|one| format!("{}\n{}\n{}", one.title, one.url, one.text));
    let texts: Vec<String> = texts.collect();
    if texts.is_empty() { "Nothing was found.".into() } else { texts.join("\n\n").into() }
}

impl GoogleTool {
    pub(super) fn offer(&self, _session: &Session) -> Result<Vec<Offered>, Broken> {
        Ok(vec![Offered { spec: spec("google_search"), works: Arc::new(self.clone()) }])
    }
}

impl Works for GoogleTool {
    fn work<'w>(
        &'w self,
        session: &'w Session,
        _name: &'w str,
        arguments: &'w Map<String, Json>,
    ) -> Working<'w> {
        Box::pin(async move {
            let cx = &session.cx;
            let (engine, key) = (cx.render(&self.csi)?, cx.render(&self.api_key)?);
            Ok(told(&google(cx, &engine, &key, query(arguments)?, RESULTS).await?))
        })
    }
}

impl TavilyTool {
    pub(super) fn offer(&self, _session: &Session) -> Result<Vec<Offered>, Broken> {
        Ok(vec![Offered { spec: spec("tavily_search"), works: Arc::new(self.clone()) }])
    }
}

impl Works for TavilyTool {
    fn work<'w>(
        &'w self,
        session: &'w Session,
        _name: &'w str,
        arguments: &'w Map<String, Json>,
    ) -> Working<'w> {
        Box::pin(async move {
            let key = session.cx.render(&self.api_key)?;
            Ok(told(&tavily(&session.cx, &key, query(arguments)?, RESULTS).await?))
        })
    }
}
