//! `io.kestra.plugin.ai.rag.Search`: finds texts that are like a question.

use std::io::Write;

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, Name, RunContext, Task, Word};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::embeddings::Store;
use crate::provider::Provider;
use crate::session::Session;

/// # Find texts that are like a question
///
/// Looks in a store of vectors for the texts that are most like a question.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Search {
    /// What is looked for.
    query: Expr<Text>,
    /// How many texts are found at most.
    max_results: Expr<u64>,
    /// How much a text has to be like the question, from 0 to 1.
    min_score: Expr<f64>,
    /// Who has the model that makes vectors; the one that made those of the store.
    provider: Provider,
    /// The store.
    embeddings: Store,
    /// Whether all texts are given (FETCH), the first one (`FETCH_ONE`), a file with them (STORE), or none.
    fetch_type: Option<Expr<FetchType>>,
}

/// What is given.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum FetchType {
    Store,
    Fetch,
    FetchOne,
    #[default]
    None,
}

impl Word for FetchType {}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The texts, the likest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    results: Option<Vec<String>>,
    /// The address of the file with the texts, in ION.
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    /// How many texts were found.
    size: usize,
}

impl Task for Search {
    const TYPE: &'static str = "io.kestra.plugin.ai.rag.Search";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let session = Session::begin(cx)?;
        let query = cx.render(&self.query)?;
        let (most, least) = (cx.render(&self.max_results)?, cx.render(&self.min_score)?);
        let model = self.provider.model(cx).await?;
        let (vectors, usage) = model.embed(&session, &[query.expose()]).await?;
        session.report(usage);
        let vector = vectors.into_iter().next().unwrap_or_default();
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let found = self.embeddings.search(&session, &vector, most, least)?;
        let mut texts: Vec<String> = found.into_iter().map(|found| found.text).collect();
        let size = texts.len();
        Ok(match cx.filled(self.fetch_type.as_ref())?.unwrap_or_default() {
            FetchType::None => Output { results: None, uri: None, size },
            FetchType::Fetch => Output { results: Some(texts), uri: None, size },
            FetchType::FetchOne => {
                texts.truncate(1);
                Output { size: texts.len(), results: Some(texts), uri: None }
            }
            FetchType::Store => {
                let uri = cx.blocking(move |cx| store(cx, &texts)).await?;
                Output { results: None, uri: Some(uri), size }
            }
        })
    }
}

/// Writes texts into a file in ION. A text in JSON is one in ION.
fn store(cx: &RunContext, texts: &[String]) -> Result<String, Broken> {
    let mut file = cx.host.files().create(Name::Ending(".ion"))?;
    for text in texts {
        writeln!(file, "{}", serde_json::Value::from(text.as_str()))?;
    }
    Ok(file.finish()?)
}
