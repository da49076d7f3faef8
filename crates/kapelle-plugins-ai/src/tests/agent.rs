//! Agents: which provider, which outputs, rules, memory, structured answers.

use kapelle_model::{Map, Text, Value};
use kapelle_plugin::stage::{Stage, properties_of};
use kapelle_plugin::{Keys, read};
use serde_json::json;

use super::world::{LOOKING, OPEN_AI, bodies, body, call, fails, run, saying, stage, text, with_look};
use crate::agent::AiAgent;
use crate::value;

#[tokio::test]
async fn keys_of_the_answer_are_outputs_beside_the_official_ones() {
    let said = "Here:\n```json\n{\"providers\": [\"Salon Nord\"], \"finishReason\": \"mine\"}\n```";
    let server = saying([json!({
        "candidates": [{ "finishReason": "STOP", "content": { "parts": [{ "text": said }] } }],
    })]);
    let envs = Map::from_iter([("GEMINI_API_KEY".into(), Value::from("g-1"))]);
    let stage = Stage::new()
        .setting("kapelle.ai.providers.gemini.base-url", &server.url("/v1beta"))
        .variable("envs", Value::Map(envs.into()))
        .variable("request", "a haircut")
        .implying_output("providers")
        .implying_output("textOutput");
    let outputs =
        run::<AiAgent>(&stage, "provider: gemini-2.5-flash\nprompt: 'Find providers for: {{ request }}'")
            .await;
    assert_eq!(outputs["providers"], json!(["Salon Nord"]));
    assert_eq!(outputs["finishReason"], "STOP");
    assert_eq!(outputs["textOutput"], said);
    let last = server.last();
    assert_eq!(last.line, "POST /v1beta/models/gemini-2.5-flash:generateContent HTTP/1.1");
    assert_eq!(last.header("x-goog-api-key"), Some("g-1"));
    let sent = body(&last);
    assert_eq!(sent["contents"][0]["parts"][0]["text"], "Find providers for: a haircut");
    let system = sent["systemInstruction"]["parts"][0]["text"].as_str().unwrap();
    assert!(system.ends_with("It has to have the keys `providers`."), "{system}");
}

#[tokio::test]
async fn who_names_no_provider_gets_that_of_the_installation_or_of_another_agent() {
    let ways = "the property `provider` is missing: write it at the task, give it to all agents by plugin defaults, name a model by the setting `kapelle.ai.default-provider`, or let another agent of this flow have one";
    assert_eq!(fails::<AiAgent>(&Stage::new(), "prompt: x").await, ways);

    let server = saying([text("a"), text("b"), text("c")]);
    let beside = stage(&server).beside("prompt: other").beside(&format!("provider: {OPEN_AI}"));
    run::<AiAgent>(&beside, "prompt: x").await;
    assert_eq!(body(&server.last())["model"], "gpt-test");

    let set = beside
        .setting("kapelle.ai.default-provider", "openai/gpt-set")
        .variable("envs", Value::Map(Map::from_iter([("openai_api_key".into(), Value::from("k-2"))]).into()));
    run::<AiAgent>(&set, "prompt: x").await;
    assert_eq!(body(&server.last())["model"], "gpt-set");
    assert_eq!(server.last().header("authorization"), Some("Bearer k-2"));

    run::<AiAgent>(&set, "prompt: x\nprovider: gpt-own").await;
    assert_eq!(body(&server.last())["model"], "gpt-own");
}

#[tokio::test]
async fn what_nobody_knows_is_told_with_what_there_is() {
    for (properties, words) in [
        (
            "provider: gpt-4o",
            "the property `apiKey` is missing: write it, or keep it as a secret, a key or a variable of the environment named `OPENAI_API_KEY`",
        ),
        (
            "provider: orca",
            "nobody is known to have the model `orca`: write the provider as an object with `type` and `modelName`, or in front of the model, as in `openai/orca`",
        ),
        (
            "provider: {type: io.kestra.plugin.ai.provider.LocalAI, modelName: m}",
            "nobody says where LocalAI is: write `baseUrl` or `endpoint` at the provider, or set `kapelle.ai.providers.localai.base-url`",
        ),
    ] {
        assert_eq!(fails::<AiAgent>(&Stage::new(), &format!("prompt: x\n{properties}")).await, words);
    }
    for (properties, words) in [
        (
            "provider: {type: a.Skynet}",
            "the provider `a.Skynet` is not part of this version: there are `GoogleGemini`, `OpenAI`",
        ),
        ("provider: {modelName: m}", "a provider has to be an object with its full type name as `type`"),
        (
            "provider: {type: io.kestra.plugin.ai.provider.OpenAI}",
            "`io.kestra.plugin.ai.provider.OpenAI`: the property `modelName` is missing",
        ),
        ("tools: [{type: a.Hammer}]", "the tool `a.Hammer` is not part of this version: there are `AIAgent`"),
        (
            "memory: {type: a.Elephant}",
            "the memory `a.Elephant` is not part of this version: there are `KestraKVStore`",
        ),
    ] {
        let failure =
            read::<AiAgent>(&properties_of(&format!("prompt: x\n{properties}"))).unwrap_err().to_string();
        assert!(failure.contains(words), "{failure}");
    }
}

#[tokio::test]
async fn an_older_name_of_a_provider_is_good_too() {
    let server = saying([text("hi")]);
    let provider = "{type: io.kestra.plugin.langchain4j.provider.OpenAI, modelName: old, apiKey: k}";
    run::<AiAgent>(&stage(&server), &format!("prompt: x\nprovider: {provider}")).await;
    assert_eq!(body(&server.last())["model"], "old");
}

const SCHEMA: &str = "configuration:
  responseFormat:
    type: JSON
    jsonSchema: {type: object, properties: {n: {type: integer}}, required: [n]}";

#[tokio::test]
async fn an_answer_that_is_no_json_as_wanted_is_mended_by_asking_again() {
    let server = saying([text("n is 1"), text("{\"n\": \"one\"}"), text("{\"n\": 1, \"more\": 2}")]);
    let stage = stage(&server);
    let outputs = run::<AiAgent>(&stage, &format!("prompt: x\nprovider: {OPEN_AI}\n{SCHEMA}")).await;
    assert_eq!(outputs["jsonOutput"], json!({ "n": 1, "more": 2 }));
    assert_eq!(outputs.get("textOutput"), None);
    assert_eq!(outputs["more"], 2);
    assert_eq!(outputs["tokenUsage"]["totalTokenCount"], 36);
    assert_eq!(outputs["intermediateResponses"].as_array().unwrap().len(), 2);
    let sent = bodies(&server);
    assert_eq!(
        sent[0]["response_format"],
        json!({ "type": "json_schema", "json_schema": { "name": "answer", "strict": false, "schema":
            { "type": "object", "properties": { "n": { "type": "integer" } }, "required": ["n"] } } })
    );
    let asked =
        sent[2]["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap().to_owned();
    assert!(asked.starts_with("That does not fit: `n` of the answer has to be of type integer."), "{asked}");
    assert_eq!(stage.lines()[0], "WARN the answer is no JSON object: asking the model to mend it");
}

#[tokio::test]
async fn who_does_not_mend_its_answer_fails_and_so_does_one_that_was_cut() {
    let server = saying([text("no"), text("no"), text("no")]);
    let words = fails::<AiAgent>(&stage(&server), &format!("prompt: x\nprovider: {OPEN_AI}\n{SCHEMA}")).await;
    assert_eq!(
        words,
        "the model was asked 2 times to mend its answer, and still the answer is no JSON object. It begins:\nno"
    );
    let mut cut = text("{\"n\": ");
    cut["choices"][0]["finish_reason"] = "length".into();
    let server = saying([cut]);
    let words = fails::<AiAgent>(&stage(&server), &format!("prompt: x\nprovider: {OPEN_AI}\n{SCHEMA}")).await;
    assert_eq!(
        words,
        "the answer ended at its limit of tokens, and the answer is no JSON object: raise `maxToken` of the configuration, or ask for less"
    );
}

#[tokio::test]
async fn a_refusal_is_an_answer_with_its_reason() {
    let mut refusal = text("");
    refusal["choices"][0]["message"]["refusal"] = "I will not do that.".into();
    let server = saying([refusal]);
    let stage = stage(&server);
    let outputs = run::<AiAgent>(&stage, &format!("prompt: x\nprovider: {OPEN_AI}")).await;
    assert_eq!(
        (&outputs["finishReason"], &outputs["textOutput"]),
        (&json!("CONTENT_FILTER"), &json!("I will not do that."))
    );
    assert_eq!(stage.lines(), ["WARN the model refuses to answer that"]);
}

#[tokio::test]
async fn rules_end_a_conversation_before_or_after_it() {
    let rules = "guardrails:
  input: [{expression: '{{ message | length < 9 }}', message: 'too long for {{ flow.id }}'}]
  output: [{expression: \"{{ not (response contains 'password') }}\", message: no passwords}]";
    let server = saying([text("the password is x"), text("fine")]);
    let stage = stage(&server);
    let asking = |prompt: &str| format!("prompt: {prompt}\nprovider: {OPEN_AI}\n{rules}");
    let outputs = run::<AiAgent>(&stage, &asking("much too long")).await;
    assert_eq!(outputs["guardrailViolated"], true);
    assert_eq!(outputs["guardrailViolationMessage"], "Input guardrail: too long for f");
    assert!(server.requests().is_empty());
    let outputs = run::<AiAgent>(&stage, &asking("short")).await;
    assert_eq!(outputs["guardrailViolationMessage"], "Output guardrail: no passwords");
    assert_eq!(outputs.get("textOutput"), None);
    let outputs = run::<AiAgent>(&stage, &asking("short")).await;
    assert_eq!((&outputs["guardrailViolated"], &outputs["textOutput"]), (&json!(false), &json!("fine")));
}

#[tokio::test]
async fn what_was_said_is_remembered_until_it_is_dropped() {
    let server = saying([text("Hello Ann"), text("You are Ann"), text("Who?"), text("?")]);
    let labels = value::value(&json!({ "system": { "correlationId": "c-7" } }));
    let stage = stage(&server).variable("labels", labels);
    let asking = |prompt: &str, drop: &str| {
        format!(
            "prompt: {prompt}\nprovider: {OPEN_AI}\nmemory: {{type: io.kestra.plugin.ai.memory.KestraKVStore, messages: 4, ttl: PT1H, drop: {drop}}}"
        )
    };
    run::<AiAgent>(&stage, &asking("I am Ann", "NEVER")).await;
    let kept = stage.memory().get("team.a", "c-7").unwrap().unwrap();
    assert_eq!(kept.expires.unwrap().to_string(), "2026-05-06T08:08:09Z");
    run::<AiAgent>(&stage, &asking("Who am I?", "AFTER_TASKRUN")).await;
    let said: Vec<_> =
        bodies(&server)[1]["messages"].as_array().unwrap().iter().map(|one| one["content"].clone()).collect();
    assert_eq!(said, ["I am Ann", "Hello Ann", "Who am I?"]);
    assert_eq!(stage.memory().get("team.a", "c-7").unwrap(), None);
    run::<AiAgent>(&stage, &asking("Who am I?", "NEVER")).await;
    run::<AiAgent>(&stage, &asking("Who am I?", "BEFORE_TASKRUN")).await;
    assert_eq!(bodies(&server)[3]["messages"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_secret_that_is_remembered_stays_one() {
    let server = saying([text("noted")]);
    let stage = stage(&server).variable("code", Value::Str(Text::from("1234").into_secret()));
    let memory = "memory: {type: io.kestra.plugin.ai.memory.KestraKVStore, memoryId: mine}";
    run::<AiAgent>(&stage, &format!("prompt: 'It is {{{{ code }}}}'\nprovider: {OPEN_AI}\n{memory}")).await;
    assert!(stage.memory().get("team.a", "mine").unwrap().unwrap().value.has_secret());
}

#[tokio::test]
async fn tools_may_be_called_in_so_many_answers() {
    let look = |at: &str| call("kestra_task_look", &json!({ "at": at }));
    let server = saying([look("a"), look("b"), look("c")]);
    let properties =
        format!("prompt: x\nprovider: {OPEN_AI}\ntools: {LOOKING}\nmaxSequentialToolsInvocations: 2");
    let words = fails::<AiAgent>(&with_look(stage(&server)), &properties).await;
    assert_eq!(
        words,
        "the model called tools in 2 answers and still wants more: raise `maxSequentialToolsInvocations`, or ask for less"
    );
}

#[tokio::test]
async fn tokens_are_counted_as_metrics() {
    let server = saying([text("hi")]);
    let stage = stage(&server);
    run::<AiAgent>(&stage, &format!("prompt: x\nprovider: {OPEN_AI}")).await;
    let metrics: Vec<_> = stage.metrics().into_iter().map(|metric| (metric.name, metric.value)).collect();
    let wanted = [("input.token.count", 10.0), ("output.token.count", 2.0), ("total.token.count", 12.0)];
    assert_eq!(metrics, wanted.map(|(name, value)| (name.to_owned(), value)));
}

#[tokio::test]
async fn files_of_the_directory_are_kept() {
    let server = saying([text("done")]);
    let stage = stage(&server);
    std::fs::create_dir_all(stage.directory()).unwrap();
    std::fs::write(stage.directory().join("report.md"), "# Hi").unwrap();
    let outputs =
        run::<AiAgent>(&stage, &format!("prompt: x\nprovider: {OPEN_AI}\noutputFiles: ['*.md']")).await;
    assert_eq!(stage.content(outputs["outputFiles"]["report.md"].as_str().unwrap()), "# Hi");
}

#[tokio::test]
async fn thoughts_are_an_output_where_that_is_wanted() {
    let said = json!({
        "id": "m", "stop_reason": "end_turn", "usage": { "input_tokens": 1, "output_tokens": 1 },
        "content": [{ "type": "thinking", "thinking": "Hm.", "signature": "s" }, { "type": "text", "text": "Yes." }],
    });
    let server = saying([said.clone(), said]);
    let provider = format!(
        "{{type: io.kestra.plugin.ai.provider.Anthropic, modelName: m, apiKey: k, baseUrl: '{}'}}",
        server.url("")
    );
    for (returns, thinking) in [(true, json!("Hm.")), (false, json!(null))] {
        let configuration =
            format!("{{thinkingEnabled: true, thinkingBudgetTokens: 2000, returnThinking: {returns}}}");
        let outputs = run::<AiAgent>(
            &Stage::new(),
            &format!("prompt: x\nprovider: {provider}\nconfiguration: {configuration}"),
        )
        .await;
        assert_eq!(outputs.get("thinking").cloned().unwrap_or_default(), thinking);
    }
    assert_eq!(body(&server.last())["thinking"], json!({ "type": "enabled", "budget_tokens": 2000 }));
}
