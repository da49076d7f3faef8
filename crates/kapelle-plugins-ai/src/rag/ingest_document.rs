//! `io.kestra.plugin.ai.rag.IngestDocument`: keeps texts with their vectors.

use std::collections::BTreeMap;

use kapelle_model::effect::Level;
use kapelle_model::{Failure, Map, Text, Value};
use kapelle_plugin::{Any, Broken, Expr, Metric, RunContext, Task, files};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::splitter::DocumentSplitter;
use crate::chat::Usage;
use crate::content::bytes;
use crate::embeddings::{Segment, Store};
use crate::provider::Provider;
use crate::session::Session;

/// Segments of which vectors are asked for at once, where a flow says nothing, and at most.
const BULK: u64 = 500;
const BULK_MAX: u64 = 2_000;

/// Documents and segments of one task.
const DOCUMENTS_MAX: usize = 10_000;
const SEGMENTS_MAX: usize = 100_000;

/// # Keep texts with their vectors
///
/// Cuts documents into segments, lets a model make a vector of each, and keeps them in a store, so that what is like a
/// question can be found.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IngestDocument {
    /// Who has the model that makes vectors.
    provider: Provider,
    /// Where they are kept.
    embeddings: Store,
    /// A folder of the directory of the task, of which all files are taken.
    from_path: Option<Expr<String>>,
    /// Addresses of files of the storage.
    #[serde(rename = "fromInternalURIs")]
    from_internal_uris: Option<Expr<Vec<String>>>,
    /// Addresses of pages.
    #[serde(rename = "fromExternalURLs")]
    from_external_urls: Option<Expr<Vec<String>>>,
    /// Documents that stand in the flow.
    #[serde(default)]
    from_documents: Vec<InlineDocument>,
    /// What is known of all of them.
    metadata: Option<Expr<BTreeMap<String, String>>>,
    /// How they are cut. Without it, each document is one segment.
    document_splitter: Option<DocumentSplitter>,
    /// Whether what the store has is thrown away first.
    drop: Option<Expr<bool>>,
    /// Of how many segments vectors are asked for at once; 500, if nothing is said.
    bulk_size: Option<Expr<u64>>,
}

/// A document that stands in the flow.
#[derive(Debug, Deserialize, JsonSchema)]
struct InlineDocument {
    /// Its text.
    content: Expr<Text>,
    /// What is known of it.
    metadata: Option<Expr<Map>>,
}

#[expect(clippy::struct_field_names, reason = "they are names of outputs")]
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// How many documents there were.
    ingested_documents: usize,
    /// Tokens of what the model was told.
    input_token_count: u64,
    /// Tokens of what it said.
    output_token_count: u64,
    /// All tokens.
    total_token_count: u64,
    /// What the store says.
    embedding_store_outputs: Any,
}

/// A document with what is known of it.
struct Document {
    text: String,
    metadata: Map,
}

impl Task for IngestDocument {
    const TYPE: &'static str = "io.kestra.plugin.ai.rag.IngestDocument";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let session = Session::begin(cx)?;
        let documents = self.documents(cx).await?;
        let texts = self.segments(cx, &documents)?;
        let bulk = cx.filled(self.bulk_size.as_ref())?.unwrap_or(BULK).clamp(1, BULK_MAX);
        let model = self.provider.model(cx).await?;
        let (mut segments, mut usage) = (Vec::with_capacity(texts.len()), Usage::default());
        for batch in texts.chunks(usize::try_from(bulk).unwrap_or(usize::MAX)) {
            cx.go_on()?;
            let plain: Vec<&str> = batch.iter().map(|(text, _)| text.as_str()).collect();
            let (vectors, used) = model.embed(&session, &plain).await?;
            usage.add(used);
            segments.extend(batch.iter().zip(vectors).map(|((text, document), vector)| Segment {
                text: text.clone(),
                vector,
                metadata: document.metadata.clone(),
            }));
        }
        let drops = cx.filled(self.drop.as_ref())?.unwrap_or(false);
        let told = self.embeddings.add(&session, &segments, drops)?;
        session.report(usage);
        cx.metric(Metric::count("indexed.documents", documents.len() as u64));
        let (documents, segments) = (documents.len(), segments.len());
        cx.log(Level::Info, format!("{documents} documents are kept in {segments} segments"));
        Ok(Output {
            ingested_documents: documents,
            input_token_count: usage.input,
            output_token_count: usage.output,
            total_token_count: usage.total,
            embedding_store_outputs: told.into(),
        })
    }
}

impl IngestDocument {
    async fn documents(&self, cx: &RunContext) -> Result<Vec<Document>, Broken> {
        let mut all = Vec::new();
        for inline in &self.from_documents {
            let metadata = cx.optional(inline.metadata.as_ref())?.unwrap_or_default();
            all.push(Document { text: cx.render(&inline.content)?.expose().to_owned(), metadata });
        }
        let uris = cx.filled(self.from_internal_uris.as_ref())?.unwrap_or_default();
        let urls = cx.filled(self.from_external_urls.as_ref())?.unwrap_or_default();
        for (name, place) in uris.iter().map(|uri| ("uri", uri)).chain(urls.iter().map(|url| ("url", url))) {
            let text = plain_text(bytes(cx, place).await?, place)?;
            all.push(Document { text, metadata: Map::from_iter([(name.into(), place.as_str().into())]) });
        }
        if let Some(path) = cx.filled(self.from_path.as_ref())? {
            all.extend(from_path(cx, path).await?);
        }
        let shared = cx.filled(self.metadata.as_ref())?.unwrap_or_default();
        for document in &mut all {
            let more = shared.iter().map(|(name, value)| (name.as_str().into(), Value::from(value.as_str())));
            document.metadata.extend(more);
        }
        match all.len() {
            0 => Err(Broken::new(
                "there is no document: write `fromDocuments`, `fromInternalURIs`, `fromExternalURLs` or `fromPath`",
            )),
            count if count > DOCUMENTS_MAX => {
                Err(Broken::new(format!("there are {count} documents, and at most {DOCUMENTS_MAX} at once")))
            }
            _ => Ok(all),
        }
    }

    fn segments<'d>(
        &self,
        cx: &RunContext,
        documents: &'d [Document],
    ) -> Result<Vec<(String, &'d Document)>, Failure> {
        let cut = self.document_splitter.as_ref().map(|splitter| splitter.cut(cx)).transpose()?;
        let mut all = Vec::new();
        for document in documents {
            let own = cut.map_or_else(|| vec![document.text.clone()], |cut| cut.segments(&document.text));
            let own = own.into_iter().filter(|text| !text.trim().is_empty());
            all.extend(own.map(|text| (text, document)));
        }
        if all.len() > SEGMENTS_MAX {
            return Err(Failure::new(format!(
                "there are {} segments, and at most {SEGMENTS_MAX} at once: make them larger by `maxSegmentSizeInChars`",
                all.len()
            )));
        }
        Ok(all)
    }
}

fn plain_text(bytes: Vec<u8>, place: &str) -> Result<String, Broken> {
    String::from_utf8(bytes).map_err(|_| Broken::new(format!("`{place}` is no text in UTF-8")))
}

/// All files below a folder of the directory of the task.
async fn from_path(cx: &RunContext, path: String) -> Result<Vec<Document>, Broken> {
    let directory = cx.host.directory()?;
    let relative = files::relative(&path)?;
    cx.blocking(move |cx| {
        let mut all = Vec::new();
        for file in files::files_below(&directory.join(&relative))? {
            cx.go_on()?;
            let text = plain_text(std::fs::read(&file.place)?, &file.path)?;
            let name = Value::from(file.path.as_str());
            all.push(Document { text, metadata: Map::from_iter([("file_name".into(), name)]) });
        }
        Ok(all)
    })
    .await
}
