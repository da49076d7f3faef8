//! What looks things up for a question.

use kapelle_model::effect::Level;
use kapelle_model::{Failure, Map, Text, Value};
use kapelle_plugin::{Any, Broken, Expr};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::embeddings::Store;
use crate::part::{Part, part};
use crate::provider::Provider;
use crate::session::Session;
use crate::tool::{Found, google, tavily};

const PREFIX: &str = "io.kestra.plugin.ai.retriever.";

/// Results of a search where a flow says nothing.
const RESULTS: u64 = 3;

/// The types of retrievers.
const KNOWN: [&str; 3] = ["EmbeddingStoreRetriever", "GoogleCustomWebSearch", "TavilyWebSearch"];

/// The full names of all of them.
pub(crate) fn parts() -> Vec<String> {
    KNOWN.iter().map(|name| format!("{PREFIX}{name}")).collect()
}

/// Something that looks things up, as a flow writes it.
#[derive(Clone, Debug)]
pub(crate) enum Retriever {
    Embeddings(Box<EmbeddingsRetriever>),
    Google(GoogleRetriever),
    Tavily(TavilyRetriever),
}

part!(Retriever, "Something that looks things up: an object with a `type`.");

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EmbeddingsRetriever {
    embeddings: Store,
    embedding_provider: Provider,
    max_results: Option<Expr<u64>>,
    min_score: Option<Expr<f64>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GoogleRetriever {
    csi: Expr<String>,
    api_key: Expr<Text>,
    max_results: Option<Expr<u64>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TavilyRetriever {
    api_key: Expr<Text>,
    max_results: Option<Expr<u64>>,
}

/// Something that was found.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Source {
    /// Its text.
    content: String,
    /// What is known of it.
    metadata: Any,
}

impl Source {
    pub(crate) fn new(content: String, metadata: Map) -> Self {
        Self { content, metadata: metadata.into() }
    }

    fn found(found: Found) -> Self {
        let metadata = [("title", found.title), ("url", found.url)];
        let metadata = metadata.into_iter().map(|(name, text)| (name.into(), Value::from(text.as_str())));
        Self::new(found.text, metadata.collect())
    }
}

impl Retriever {
    fn of(written: &Expr<Value>) -> Result<Self, Failure> {
        let part = Part::of(written.property(), "content retriever")?;
        Ok(match part.name.strip_prefix(PREFIX).unwrap_or_default() {
            "EmbeddingStoreRetriever" => Self::Embeddings(Box::new(part.read()?)),
            "GoogleCustomWebSearch" => Self::Google(part.read()?),
            "TavilyWebSearch" => Self::Tavily(part.read()?),
            _ => return Err(part.unknown("content retriever", &KNOWN)),
        })
    }

    async fn look_up(&self, session: &Session, question: &str) -> Result<Vec<Source>, Broken> {
        let cx = &session.cx;
        let most = |written: Option<&Expr<u64>>| Ok::<_, Failure>(cx.filled(written)?.unwrap_or(RESULTS));
        match self {
            Self::Embeddings(own) => {
                let most = most(own.max_results.as_ref())?;
                let least = cx.filled(own.min_score.as_ref())?.unwrap_or(0.0);
                similar(session, &own.embeddings, &own.embedding_provider, question, most, least).await
            }
            Self::Google(own) => {
                let (engine, key) = (cx.render(&own.csi)?, cx.render(&own.api_key)?);
                let found = google(cx, &engine, &key, question, most(own.max_results.as_ref())?).await?;
                Ok(found.into_iter().map(Source::found).collect())
            }
            Self::Tavily(own) => {
                let key = cx.render(&own.api_key)?;
                let found = tavily(cx, &key, question, most(own.max_results.as_ref())?).await?;
                Ok(found.into_iter().map(Source::found).collect())
            }
        }
    }
}

/// What in a store is like a question.
pub(crate) async fn similar(
    session: &Session,
    store: &Store,
    provider: &Provider,
    question: &str,
    most: u64,
    least: f64,
) -> Result<Vec<Source>, Broken> {
    let model = provider.model(&session.cx).await?;
    let (vectors, _) = model.embed(session, &[question]).await?;
    let vector = vectors.into_iter().next().unwrap_or_default();
    let found = store.search(session, &vector, usize::try_from(most).unwrap_or(usize::MAX), least)?;
    Ok(found.into_iter().map(|found| Source::new(found.text, found.metadata)).collect())
}

/// What all of them find for a question.
pub(crate) async fn retrieve(
    session: &Session,
    retrievers: &[Retriever],
    question: &Text,
) -> Result<Vec<Source>, Broken> {
    let mut all = Vec::new();
    for retriever in retrievers {
        all.extend(retriever.look_up(session, question.expose()).await?);
    }
    session.cx.log(Level::Debug, format!("{} texts were found for the question", all.len()));
    Ok(all)
}

/// The words that hand what was found to a model; none, if nothing was.
pub(crate) fn words(sources: &[Source]) -> Option<Text> {
    if sources.is_empty() {
        return None;
    }
    let texts: Vec<&str> = sources.iter().map(|source| source.content.as_str()).collect();
    Some(format!("Use this to answer:\n\n{}", texts.join("\n\n")).into())
}
