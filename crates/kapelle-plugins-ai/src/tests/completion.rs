//! Completions: conversations, classes, fields, pictures.

use serde_json::{Value as Json, json};

use super::world::{OPEN_AI, body, fails, run, saying, stage, text};
use crate::completion::{ChatCompletion, Classification, ImageGeneration, JsonStructuredExtraction};

#[tokio::test]
async fn messages_are_handed_on_in_their_order() {
    let server = saying([text("Paris")]);
    let properties = format!(
        "provider: {OPEN_AI}\nmessages: [{{type: SYSTEM, content: short}}, {{content: 'Hi {{{{ flow.id }}}}'}}, {{type: AI, content: Hello}}, {{type: USER, content: Capital?}}]"
    );
    let outputs = run::<ChatCompletion>(&stage(&server), &properties).await;
    assert_eq!((&outputs["aiResponse"], &outputs["textOutput"]), (&json!("Paris"), &json!("Paris")));
    assert_eq!(
        body(&server.last())["messages"],
        json!([
            { "role": "system", "content": "short" },
            { "role": "user", "content": "Hi f" },
            { "role": "assistant", "content": "Hello" },
            { "role": "user", "content": "Capital?" },
        ])
    );
}

#[tokio::test]
async fn pictures_and_documents_are_sent_with_their_kind() {
    let server = saying([text("a dot")]);
    let stage = stage(&server);
    let picture = stage.put_file("dot.bin", b"\x89PNG....");
    let document = stage.put_file("a.pdf", b"%PDF");
    let blocks = format!(
        "[{{type: TEXT, text: What is it?}}, {{type: IMAGE, uri: '{picture}'}}, {{type: PDF, uri: '{document}'}}]"
    );
    run::<ChatCompletion>(
        &stage,
        &format!("provider: {OPEN_AI}\nmessages: [{{type: USER, contentBlocks: {blocks}}}]"),
    )
    .await;
    assert_eq!(
        body(&server.last())["messages"][0]["content"],
        json!([
            { "type": "text", "text": "What is it?" },
            { "type": "image_url", "image_url": { "url": "data:image/png;base64,iVBORy4uLi4=" } },
            { "type": "file", "file": { "filename": "document.pdf", "file_data": "data:application/pdf;base64,JVBERg==" } },
        ])
    );
    let words = fails::<ChatCompletion>(
        &stage,
        &format!("provider: {OPEN_AI}\nmessages: [{{contentBlocks: [{{type: IMAGE, uri: '{document}'}}]}}]"),
    )
    .await;
    assert!(words.ends_with("is no picture that models know: PNG, JPEG, GIF or WebP"), "{words}");
}

#[tokio::test]
async fn what_is_wrong_with_messages_is_told() {
    let server = saying([]);
    for (messages, words) in [
        ("[]", "the last of the `messages` has to be one of type USER: it is what the model answers"),
        (
            "[{type: USER, content: a}, {type: AI, content: b}]",
            "the last of the `messages` has to be one of type USER: it is what the model answers",
        ),
        ("[{type: DOG, content: a}]", "message 1 has the type `DOG`: there are SYSTEM, AI and USER"),
        ("[{type: USER, content: ' '}]", "message 1 is empty: write `content`, `prompt` or `contentBlocks`"),
        ("[{contentBlocks: [{type: PDF}]}]", "a block of type PDF of message 1 has no `uri`"),
    ] {
        let found =
            fails::<ChatCompletion>(&stage(&server), &format!("provider: {OPEN_AI}\nmessages: {messages}"))
                .await;
        assert_eq!(found, words);
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_class_is_one_of_those_that_there_are() {
    let server = saying([text(" Positive.\n"), text("I like it")]);
    let properties = format!("provider: {OPEN_AI}\nprompt: Great!\nclasses: [positive, negative]");
    let outputs = run::<Classification>(&stage(&server), &properties).await;
    assert_eq!(outputs["classification"], "positive");
    let sent = body(&server.last());
    let system = sent["messages"][0]["content"].as_str().unwrap();
    assert!(system.ends_with("nothing else:\npositive\nnegative"), "{system}");
    assert_eq!(
        fails::<Classification>(&stage(&server), &properties).await,
        "the model answers `I like it`, which is none of the classes `positive`, `negative`"
    );
}

#[tokio::test]
async fn fields_are_given_as_json() {
    let server = saying([text("{\"name\": \"Ann\"}"), text("{\"name\": \"Ann\", \"city\": \"\"}")]);
    let properties =
        format!("provider: {OPEN_AI}\nprompt: I am Ann\nschemaName: person\njsonFields: [name, city]");
    let outputs = run::<JsonStructuredExtraction>(&stage(&server), &properties).await;
    assert_eq!(outputs["schemaName"], "person");
    let found: Json = serde_json::from_str(outputs["extractedJson"].as_str().unwrap()).unwrap();
    assert_eq!(found, json!({ "name": "Ann", "city": "" }));
    let schema = &body(&server.last())["response_format"]["json_schema"];
    assert_eq!(schema["strict"], true);
    assert_eq!(schema["schema"]["required"], json!(["name", "city"]));
}

#[tokio::test]
async fn a_refusal_is_no_class() {
    let mut refusal = text("");
    refusal["choices"][0]["message"]["refusal"] = "No.".into();
    let server = saying([refusal]);
    let properties = format!("provider: {OPEN_AI}\nprompt: x\nclasses: [a]");
    assert_eq!(
        fails::<Classification>(&stage(&server), &properties).await,
        "the model refuses to answer that: No."
    );
}

#[tokio::test]
async fn a_picture_stands_at_an_address_or_in_a_file() {
    let server = saying([
        json!({ "data": [{ "url": "https://pictures.example/1.png" }] }),
        json!({ "data": [{ "b64_json": "aGk=" }], "usage": { "input_tokens": 3, "output_tokens": 4, "total_tokens": 7 } }),
    ]);
    let stage = stage(&server);
    let properties = format!("provider: {OPEN_AI}\nprompt: a dot");
    assert_eq!(
        run::<ImageGeneration>(&stage, &properties).await["imageUrl"],
        "https://pictures.example/1.png"
    );
    let outputs = run::<ImageGeneration>(&stage, &properties).await;
    assert_eq!(stage.content(outputs["imageUrl"].as_str().unwrap()), "hi");
    assert_eq!(outputs["tokenUsage"]["totalTokenCount"], 7);
    assert_eq!(server.last().line, "POST /v1/images/generations HTTP/1.1");
    let provider = "{type: io.kestra.plugin.ai.provider.Anthropic, modelName: m, apiKey: k}";
    let words = fails::<ImageGeneration>(&stage, &format!("provider: {provider}\nprompt: x")).await;
    assert_eq!(
        words,
        "Anthropic draws no pictures here: use a provider that does, such as OpenAI or GoogleGemini"
    );
}
