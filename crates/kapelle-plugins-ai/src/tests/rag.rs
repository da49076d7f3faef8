//! Texts with vectors: kept, found, answered from.

use kapelle_http::server::{Received, Server, answer};
use kapelle_plugin::stage::Stage;
use serde_json::{Value as Json, json};

use super::world::{OPEN_AI, bodies, body, fails, run, saying, stage, text};
use crate::agent::AiAgent;
use crate::rag::{ChatCompletion, IngestDocument, Search};

/// A server whose vectors count three letters, and whose answers are always the same.
fn counting() -> Server {
    Server::start(|received: &Received| {
        if !received.line.contains("/embeddings") {
            return answer("200 OK", &[], &text("from the texts").to_string());
        }
        let vector = |text: &str| -> Vec<usize> {
            ["a", "b", "c"].map(|letter| text.matches(letter).count()).to_vec()
        };
        let body = body(received);
        let texts = body["input"].as_array().unwrap();
        let data: Vec<Json> =
            texts.iter().map(|text| json!({ "embedding": vector(text.as_str().unwrap()) })).collect();
        answer(
            "200 OK",
            &[],
            &json!({ "data": data, "usage": { "prompt_tokens": texts.len(), "total_tokens": texts.len() } })
                .to_string(),
        )
    })
}

const STORE: &str = "{type: io.kestra.plugin.ai.embeddings.KestraKVStore}";

fn ingest(more: &str) -> String {
    format!("provider: {OPEN_AI}\nembeddings: {STORE}\n{more}")
}

fn search(query: &str, more: &str) -> String {
    format!("provider: {OPEN_AI}\nembeddings: {STORE}\nquery: {query}\nmaxResults: 2\nminScore: 0.6\n{more}")
}

#[tokio::test]
async fn what_is_like_a_question_is_found() {
    let server = counting();
    let stage = stage(&server);
    let file = stage.put_file("b.txt", b"bbb");
    let documents = "fromDocuments: [{content: 'aaa {{ flow.id }}', metadata: {of: one}}, {content: ccc}]";
    let outputs = run::<IngestDocument>(
        &stage,
        &ingest(&format!(
            "{documents}\nfromInternalURIs: ['{file}']\nmetadata: {{year: '2026'}}\nbulkSize: 2"
        )),
    )
    .await;
    assert_eq!((&outputs["ingestedDocuments"], &outputs["inputTokenCount"]), (&json!(3), &json!(3)));
    assert_eq!(outputs["embeddingStoreOutputs"], json!({ "kvName": "f-embedding-store" }));
    assert_eq!(bodies(&server)[0]["input"], json!(["aaa f", "ccc"]));
    let documents = stage.metrics().into_iter().find(|metric| metric.name == "indexed.documents").unwrap();
    assert!((documents.value - 3.0).abs() < 1e-9);

    let outputs = run::<Search>(&stage, &search("ab", "fetchType: FETCH")).await;
    assert_eq!(outputs["size"], 2);
    let found = outputs["results"].as_array().unwrap();
    assert!(found.contains(&json!("aaa f")) && found.contains(&json!("bbb")), "{found:?}");
    assert_eq!(run::<Search>(&stage, &search("c", "fetchType: FETCH_ONE")).await["results"], json!(["ccc"]));
    assert_eq!(run::<Search>(&stage, &search("c", "")).await, json!({ "size": 1 }));
    let stored = run::<Search>(&stage, &search("c", "fetchType: STORE")).await;
    assert_eq!(stage.content(stored["uri"].as_str().unwrap()), "\"ccc\"\n");
}

#[tokio::test]
async fn documents_are_cut_and_a_store_can_be_emptied() {
    let server = counting();
    let stage = stage(&server);
    run::<IngestDocument>(&stage, &ingest("fromDocuments: [{content: old a}]")).await;
    let cut = "fromDocuments: [{content: \"aa\\n\\nbb\\n\\ncc\"}]\ndrop: true\ndocumentSplitter: {splitter: PARAGRAPH, maxSegmentSizeInChars: 3}";
    run::<IngestDocument>(&stage, &ingest(cut)).await;
    assert_eq!(body(&server.last())["input"], json!(["aa", "bb", "cc"]));
    assert_eq!(run::<Search>(&stage, &search("a", "fetchType: FETCH")).await["results"], json!(["aa"]));
}

#[tokio::test]
async fn files_of_a_folder_are_documents_too() {
    let server = counting();
    let stage = stage(&server);
    let folder = stage.directory().join("docs/deep");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("x.md"), "abc").unwrap();
    let outputs = run::<IngestDocument>(&stage, &ingest("fromPath: docs")).await;
    assert_eq!(outputs["ingestedDocuments"], 1);
    let words = fails::<IngestDocument>(&stage, &ingest("fromPath: ../elsewhere")).await;
    assert!(words.contains(".."), "{words}");
}

#[tokio::test]
async fn pages_are_fetched() {
    let server = counting();
    let pages = Server::start(|_| answer("200 OK", &[], "cab"));
    let stage = stage(&server);
    run::<IngestDocument>(&stage, &ingest(&format!("fromExternalURLs: ['{}']", pages.url("/p")))).await;
    assert_eq!(body(&server.last())["input"], json!(["cab"]));
    let gone = Server::start(|_| answer("404 Not Found", &[], ""));
    let words =
        fails::<IngestDocument>(&stage, &ingest(&format!("fromExternalURLs: ['{}']", gone.url("/p")))).await;
    assert!(words.ends_with("/p` answers 404"), "{words}");
    let words = fails::<IngestDocument>(&stage, &ingest("")).await;
    assert!(words.starts_with("there is no document: write `fromDocuments`"), "{words}");
}

#[tokio::test]
async fn a_question_is_answered_from_the_texts() {
    let server = counting();
    let stage = stage(&server);
    run::<IngestDocument>(
        &stage,
        &ingest("fromDocuments: [{content: aaa, metadata: {of: one}}, {content: bbb}]"),
    )
    .await;
    let asking = format!(
        "chatProvider: {OPEN_AI}\nembeddings: {STORE}\nprompt: What is a?\nsystemMessage: Be brief.\ncontentRetrieverConfiguration: {{maxResults: 1, minScore: 0.1}}"
    );
    let outputs = run::<ChatCompletion>(&stage, &asking).await;
    assert_eq!(
        (&outputs["completion"], &outputs["textOutput"]),
        (&json!("from the texts"), &json!("from the texts"))
    );
    assert_eq!(outputs["sources"], json!([{ "content": "aaa", "metadata": { "of": "one" } }]));
    assert_eq!(body(&server.last())["messages"][1]["content"], "What is a?\n\nUse this to answer:\n\naaa");
    let words = fails::<ChatCompletion>(&stage, &format!("chatProvider: {OPEN_AI}\nprompt: x")).await;
    assert_eq!(words, "there is nothing to answer from: write `embeddings` or `contentRetrievers`");
}

#[tokio::test]
async fn an_agent_looks_things_up() {
    let server = counting();
    let tavily =
        saying([json!({ "results": [{ "title": "T", "url": "https://t.example", "content": "news" }] })]);
    let stage = stage(&server).setting("kapelle.services.tavily", &tavily.url(""));
    run::<IngestDocument>(&stage, &ingest("fromDocuments: [{content: aaa}]")).await;
    let retrievers = format!(
        "[{{type: io.kestra.plugin.ai.retriever.EmbeddingStoreRetriever, embeddings: {STORE}, embeddingProvider: {OPEN_AI}}}, {{type: io.kestra.plugin.ai.retriever.TavilyWebSearch, apiKey: t}}]"
    );
    let outputs =
        run::<AiAgent>(&stage, &format!("prompt: a?\nprovider: {OPEN_AI}\ncontentRetrievers: {retrievers}"))
            .await;
    assert_eq!(outputs["sources"][1]["metadata"]["url"], "https://t.example");
    assert_eq!(body(&tavily.last()), json!({ "query": "a?", "max_results": 3 }));
    assert_eq!(body(&server.last())["messages"][0]["content"], "a?\n\nUse this to answer:\n\naaa\n\nnews");
}

#[tokio::test]
async fn vectors_of_other_providers() {
    let gemini = saying([json!({ "embeddings": [{ "values": [1.0, 0.0] }] })]);
    let ollama = saying([json!({ "embeddings": [[1.0, 0.0]], "prompt_eval_count": 3 })]);
    let titan = saying([json!({ "embedding": [1.0, 0.0], "inputTextTokenCount": 2 })]);
    let cohere = saying([json!({ "embeddings": [[1.0, 0.0]] })]);
    for (provider, server, line, sent) in [
        (
            "GoogleGemini, modelName: e, apiKey: k, embeddingModelConfiguration: {outputDimensionality: 2}",
            &gemini,
            "/models/e:batchEmbedContents",
            json!({ "requests": [{ "model": "models/e", "content": { "parts": [{ "text": "x" }] }, "outputDimensionality": 2 }] }),
        ),
        ("Ollama, modelName: e", &ollama, "/api/embed", json!({ "model": "e", "input": ["x"] })),
        (
            "AmazonBedrock, modelName: e, accessKeyId: a, secretAccessKey: b, modelType: TITAN",
            &titan,
            "/model/e/invoke",
            json!({ "inputText": "x" }),
        ),
        (
            "AmazonBedrock, modelName: e, accessKeyId: a, secretAccessKey: b",
            &cohere,
            "/model/e/invoke",
            json!({ "texts": ["x"], "input_type": "search_document" }),
        ),
    ] {
        let provider =
            format!("{{type: io.kestra.plugin.ai.provider.{provider}, baseUrl: '{}'}}", server.url(""));
        let properties =
            format!("provider: {provider}\nembeddings: {STORE}\nfromDocuments: [{{content: x}}]");
        run::<IngestDocument>(&Stage::new(), &properties).await;
        assert_eq!(server.last().line, format!("POST {line} HTTP/1.1"));
        assert_eq!(body(&server.last()), sent);
    }
    let provider = "{type: io.kestra.plugin.ai.provider.Anthropic, modelName: m, apiKey: k}";
    let properties = format!("provider: {provider}\nembeddings: {STORE}\nfromDocuments: [{{content: x}}]");
    let words = fails::<IngestDocument>(&Stage::new(), &properties).await;
    assert!(words.starts_with("Anthropic has no models that make vectors"), "{words}");
}

#[tokio::test]
async fn vectors_of_another_model_are_not_compared() {
    let server = saying([
        json!({ "data": [{ "embedding": [1.0, 0.0] }] }),
        json!({ "data": [{ "embedding": [1.0, 0.0, 0.0] }] }),
    ]);
    let stage = stage(&server);
    run::<IngestDocument>(&stage, &ingest("fromDocuments: [{content: x}]")).await;
    let words = fails::<Search>(&stage, &search("x", "")).await;
    assert_eq!(
        words,
        "the vectors in `f-embedding-store` have 2 numbers and the one of the question has 3: ask with the model that made them"
    );
}
