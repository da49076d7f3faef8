//! A model, ready to be asked.

use kapelle_http::{Client, Header, Pem};
use kapelle_model::effect::Level;
use kapelle_model::{Failure, Text};
use kapelle_plugin::{Broken, Expr, RunContext, missing, standing_in};
use serde_json::{Map, Value as Json};
use tokio::time::Instant;

use super::signature::{Account, signed};
use super::{
    Facts, Provider, ProviderProperties, Speaks, anthropic, bedrock, gemini, ollama, open_ai, token,
};
use crate::chat::{Answer, Chat, Content, Message, Usage};
use crate::session::Session;
use crate::wire::{Body, Letter, encoded, post};

/// The version of Azure's API where none is written.
const AZURE_VERSION: &str = "2024-10-21";

/// The region of Amazon where none is known.
const AWS_REGION: &str = "us-east-1";

pub(crate) struct Model {
    pub(super) facts: &'static Facts,
    pub(crate) name: String,
    pub(super) base: String,
    pub(super) access: Access,
    /// What is added to every address.
    pub(super) query: String,
    tokens_max: Option<u64>,
    /// What is added to every question.
    more: Map<String, Json>,
    /// What is added where vectors are asked for.
    embedding: Map<String, Json>,
    is_titan: bool,
    client: Client,
}

/// How a provider knows who asks.
pub(super) enum Access {
    Open,
    Header(&'static str, Text),
    Signed(Account),
}

impl Provider {
    /// The model, with everything that is needed to ask it.
    pub(crate) async fn model(&self, cx: &RunContext) -> Result<Model, Broken> {
        let (facts, name, own) = self.named(cx)?;
        let client = client(cx, &own)?;
        let (mut base, mut query) = (base(cx, facts, &own)?, String::new());
        let mut access = match (facts.speaks, facts.setting) {
            (Speaks::Bedrock, _) => Access::Signed(account(cx, &own)?),
            (_, "vertex-ai") => {
                Access::Header("Authorization", bearer(&token::of_google(cx, &client).await?))
            }
            (_, "azure-openai") if own.client_secret.is_some() => {
                let (tenant, id) = (own.tenant_id.as_ref(), own.client_id.as_ref());
                let secret = own.client_secret.as_ref();
                Access::Header(
                    "Authorization",
                    bearer(&token::of_azure(cx, &client, tenant, id, secret).await?),
                )
            }
            _ => key(cx, facts, &own)?,
        };
        match facts.setting {
            "azure-openai" => {
                if let Access::Header(header, key) = &mut access
                    && own.client_secret.is_none()
                {
                    *key = cut(key);
                    *header = "api-key";
                }
                let version = cx.filled(own.service_version.as_ref())?;
                let version = version.as_deref().unwrap_or(AZURE_VERSION);
                let version = version.trim_start_matches(['V', 'v']).replace('_', "-");
                base = format!("{base}/openai/deployments/{}", encoded(&name));
                query = format!("?api-version={version}");
            }
            "vertex-ai" => {
                let (project, location) = (own.project.as_ref(), own.location.as_ref());
                let project = required(cx, "project", project)?;
                let location = required(cx, "location", location)?;
                base = format!("{base}/v1/projects/{project}/locations/{location}/publishers/google");
            }
            "workers-ai" => {
                let account = required(cx, "accountId", own.account_id.as_ref())?;
                base = format!("{base}/accounts/{account}/ai/v1");
            }
            // The usual address is that of the whole site.
            "zhipu" if !base.contains("/api/") => base = format!("{base}/api/paas/v4"),
            "dashscope" => base = base.replace("/api/v1", "/compatible-mode/v1"),
            _ => {}
        }
        let embedding = embedding(cx, &own)?;
        let is_titan =
            cx.filled(own.model_type.as_ref())?.is_some_and(|kind| kind.eq_ignore_ascii_case("titan"));
        let tokens_max = cx.filled(own.max_tokens.as_ref())?;
        let more = more(cx, &own)?;
        Ok(Model { facts, name, base, access, query, tokens_max, more, embedding, is_titan, client })
    }
}

/// Where it is: what the flow says, else the installation, else where everybody finds it.
fn base(cx: &RunContext, facts: &Facts, own: &ProviderProperties) -> Result<String, Failure> {
    let written = match cx.filled(own.base_url.as_ref())? {
        Some(base) => Some(base),
        None => cx.filled(own.endpoint.as_ref())?,
    };
    let setting = format!("kapelle.ai.providers.{}.base-url", facts.setting);
    let known = written.or_else(|| cx.host.setting(&setting));
    let known = match (known, facts.setting) {
        (Some(known), "vertex-ai" | "bedrock") if !known.contains("://") => Some(format!("https://{known}")),
        (None, "vertex-ai") => Some(format!(
            "https://{}-aiplatform.googleapis.com",
            required(cx, "location", own.location.as_ref())?
        )),
        (None, "bedrock") => Some(format!("https://bedrock-runtime.{}.amazonaws.com", region(cx))),
        (known, _) => known,
    };
    let known = known.or_else(|| facts.base.map(str::to_owned)).ok_or_else(|| {
        Failure::new(format!(
            "nobody says where {} is: write `baseUrl` or `endpoint` at the provider, or set `{setting}`",
            facts.name
        ))
    })?;
    Ok(known.trim().trim_end_matches('/').to_owned())
}

/// What shows who asks: the key that is written, else the one that is kept under its usual name.
fn key(cx: &RunContext, facts: &Facts, own: &ProviderProperties) -> Result<Access, Failure> {
    let written = cx.optional(own.api_key.as_ref())?.filter(|key| !key.expose().trim().is_empty());
    let known = match written {
        Some(key) => Some(key),
        None => match standing_in(cx, facts.keys) {
            Some(kapelle_model::Value::Str(key)) => Some(key),
            Some(_) => {
                return Err(Failure::new(format!("the key `{}` is no text", facts.keys.join("` or `"))));
            }
            None => None,
        },
    };
    let Some(key) = known else {
        return if facts.keys.is_empty() { Ok(Access::Open) } else { Err(missing("apiKey", facts.keys)) };
    };
    let key = trimmed(&key);
    Ok(match facts.speaks {
        Speaks::Anthropic => Access::Header("x-api-key", key),
        Speaks::Gemini => Access::Header("x-goog-api-key", key),
        _ => Access::Header("Authorization", bearer(&key)),
    })
}

fn bearer(key: &Text) -> Text {
    Text::concat(&Text::from("Bearer "), key)
}

/// What stands behind `Bearer`.
fn cut(key: &Text) -> Text {
    key.slice("Bearer ".len()..key.expose().len()).unwrap_or_default()
}

fn trimmed(key: &Text) -> Text {
    let text = key.expose();
    let start = text.len() - text.trim_start().len();
    key.slice(start..start + text.trim().len()).unwrap_or_default()
}

fn required(cx: &RunContext, name: &str, property: Option<&Expr<String>>) -> Result<String, Failure> {
    let value = cx.filled(property)?;
    value.ok_or_else(|| Failure::new(format!("the provider has no `{name}`: write it")))
}

fn region(cx: &RunContext) -> String {
    match standing_in(cx, &["AWS_REGION"]) {
        Some(kapelle_model::Value::Str(region)) => region.expose().to_owned(),
        _ => AWS_REGION.to_owned(),
    }
}

fn account(cx: &RunContext, own: &ProviderProperties) -> Result<Account, Failure> {
    let one = |name: &str, property: Option<&Expr<Text>>, usual: &str| match cx.optional(property)? {
        Some(text) => Ok(text),
        None => match standing_in(cx, &[usual]) {
            Some(kapelle_model::Value::Str(text)) => Ok(text),
            _ => Err(missing(name, &[usual])),
        },
    };
    Ok(Account {
        id: one("accessKeyId", own.access_key_id.as_ref(), "AWS_ACCESS_KEY_ID")?,
        secret: one("secretAccessKey", own.secret_access_key.as_ref(), "AWS_SECRET_ACCESS_KEY")?,
        region: region(cx),
    })
}

fn client(cx: &RunContext, own: &ProviderProperties) -> Result<Client, Failure> {
    let trusted = cx.filled(own.ca_pem.as_ref())?;
    let shown = cx.filled(own.client_pem.as_ref())?;
    let client = cx.host.http();
    if trusted.is_none() && shown.is_none() {
        return Ok(client);
    }
    let client = client.with_certificates(
        Pem::of("caPem", trusted.as_ref().map(Text::expose)),
        Pem::of("clientPem", shown.as_ref().map(Text::expose)),
    );
    client.map_err(|reason| Failure::new(format!("the provider: {reason}")))
}

fn more(cx: &RunContext, own: &ProviderProperties) -> Result<Map<String, Json>, Failure> {
    let mut more = Map::new();
    let stops = cx.filled(own.stops.as_ref())?.filter(|stops| !stops.is_empty());
    more.extend(stops.map(|stops| ("stop".to_owned(), stops.into())));
    let penalty = cx.filled(own.repetition_penalty.as_ref())?;
    more.extend(penalty.map(|penalty| ("repetition_penalty".to_owned(), penalty.into())));
    let search = cx.filled(own.enable_search.as_ref())?;
    more.extend(search.map(|search| ("enable_search".to_owned(), search.into())));
    Ok(more)
}

fn embedding(cx: &RunContext, own: &ProviderProperties) -> Result<Map<String, Json>, Failure> {
    let mut more = Map::new();
    let Some(written) = &own.embedding_model_configuration else { return Ok(more) };
    let size = cx.filled(written.output_dimensionality.as_ref())?;
    more.extend(size.map(|size| ("outputDimensionality".to_owned(), size.into())));
    let kind = cx.filled(written.task_type.as_ref())?;
    more.extend(kind.map(|kind| ("taskType".to_owned(), kind.into())));
    let title = cx.filled(written.title_metadata_key.as_ref())?;
    more.extend(title.map(|title| ("title".to_owned(), title.into())));
    Ok(more)
}

impl Model {
    /// Asks it once.
    pub(crate) async fn ask(&self, session: &Session, chat: &Chat) -> Result<Asked, Broken> {
        let cx = &session.cx;
        session.afford(&self.name)?;
        self.says_what_is_lost(cx, chat);
        let mut body = match self.facts.speaks {
            Speaks::OpenAi(dialect) => {
                open_ai::request(self.facts, &dialect, &self.name, chat, self.tokens_max)
            }
            Speaks::Anthropic => anthropic::request(&self.name, self.tokens_max, chat),
            Speaks::Gemini => gemini::request(chat),
            Speaks::Ollama => ollama::request(&self.name, chat),
            Speaks::Bedrock => bedrock::request(chat),
        };
        if let Json::Object(body) = &mut body {
            body.extend(self.more.clone());
        }
        let path = match self.facts.speaks {
            Speaks::OpenAi(_) => "/chat/completions".to_owned(),
            Speaks::Anthropic => "/messages".to_owned(),
            Speaks::Gemini => format!("/models/{}:generateContent", encoded(&self.name)),
            Speaks::Ollama => "/api/chat".to_owned(),
            Speaks::Bedrock => format!("/model/{}/converse", encoded(&self.name)),
        };
        if chat.options.logs_requests {
            log_request(cx, &self.name, chat);
        }
        let begun = Instant::now();
        let json = self.post(cx, &path, &body).await?;
        let millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        if chat.options.logs_answers {
            cx.log(Level::Debug, format!("answer of {}: {json}", self.name));
        }
        let answer = match self.facts.speaks {
            Speaks::OpenAi(_) => open_ai::answer(&json),
            Speaks::Anthropic => anthropic::answer(&json),
            Speaks::Gemini => gemini::answer(&json),
            Speaks::Ollama => ollama::answer(&json),
            Speaks::Bedrock => bedrock::answer(&json),
        };
        let answer = answer.ok_or_else(|| self.unclear(&json))?;
        session.spend(&self.name, answer.usage);
        Ok(Asked { answer, millis })
    }

    /// The vectors of texts, in their order.
    pub(crate) async fn embed(
        &self,
        session: &Session,
        texts: &[&str],
    ) -> Result<(Vec<Vec<f32>>, Usage), Broken> {
        if !self.facts.embeds {
            return Err(Broken::new(format!(
                "{} has no models that make vectors: use another provider for that, such as GoogleGemini, OpenAI or Ollama",
                self.facts.name
            )));
        }
        session.afford(&self.name)?;
        let cx = &session.cx;
        if matches!(self.facts.speaks, Speaks::Bedrock) {
            return bedrock::embed(self, session, texts, self.is_titan).await;
        }
        let (path, body) = match self.facts.speaks {
            Speaks::Gemini => (
                format!("/models/{}:batchEmbedContents", encoded(&self.name)),
                gemini::embedding(&self.name, texts, &self.embedding),
            ),
            Speaks::Ollama => ("/api/embed".to_owned(), ollama::embedding(&self.name, texts)),
            _ => ("/embeddings".to_owned(), open_ai::embedding(&self.name, texts)),
        };
        let json = self.post(cx, &path, &body).await?;
        let vectors = match self.facts.speaks {
            Speaks::Gemini => gemini::vectors(&json),
            Speaks::Ollama => ollama::vectors(&json),
            _ => open_ai::vectors(&json),
        };
        let (vectors, usage) = vectors.ok_or_else(|| self.unclear(&json))?;
        session.spend(&self.name, usage);
        if vectors.len() == texts.len() {
            return Ok((vectors, usage));
        }
        let (asked, given) = (texts.len(), vectors.len());
        Err(Broken::new(format!("{} gave {given} vectors for {asked} texts", self.facts.name)))
    }

    /// What is answered at a path of the provider.
    pub(super) async fn post(&self, cx: &RunContext, path: &str, body: &Json) -> Result<Json, Broken> {
        let url = format!("{}{path}{}", self.base, self.query);
        let headers = match &self.access {
            Access::Open => Vec::new(),
            Access::Header(name, value) => vec![Header::secret(*name, value.expose())],
            Access::Signed(account) => signed(cx, account, &url, &body.to_string())?,
        };
        let headers = match self.facts.speaks {
            Speaks::Anthropic => [headers, vec![Header::new("anthropic-version", "2023-06-01")]].concat(),
            _ => headers,
        };
        let hint = match self.facts.keys.first() {
            Some(usual) => format!("check `apiKey` of the provider, or the secret `{usual}`"),
            None => "check what the provider is given to know who asks".to_owned(),
        };
        let letter = Letter {
            who: self.facts.name,
            client: &self.client,
            url,
            headers,
            body: Body::Json(body),
            key_hint: &hint,
        };
        post(cx, &letter).await
    }

    pub(super) fn unclear(&self, json: &Json) -> Broken {
        let start: String = json.to_string().chars().take(400).collect();
        Broken::new(format!(
            "the answer of {} is not understood: is `{}` its address? It begins:\n{start}",
            self.facts.name, self.base
        ))
    }

    /// Tells once what is written and of no effect.
    fn says_what_is_lost(&self, cx: &RunContext, chat: &Chat) {
        let options = &chat.options;
        let (top_k, seed, thinks) = match self.facts.speaks {
            Speaks::OpenAi(dialect) => (dialect.has_top_k, true, self.facts.setting == "openrouter"),
            Speaks::Anthropic => (true, false, true),
            Speaks::Gemini | Speaks::Ollama => (true, true, true),
            Speaks::Bedrock => (false, false, false),
        };
        let is_first = chat.messages.iter().all(|message| !matches!(message, Message::Model(_)));
        let lost = [
            ("topK", options.top_k.is_some() && !top_k),
            ("seed", options.seed.is_some() && !seed),
            ("thinkingEnabled", options.thinks == Some(true) && !thinks),
        ];
        for (name, _) in lost.iter().filter(|(_, is_lost)| *is_lost && is_first) {
            cx.log(Level::Warn, format!("`{name}` has no effect with {}", self.facts.name));
        }
    }
}

/// An answer, and how long it took.
pub(crate) struct Asked {
    pub(crate) answer: Answer,
    pub(crate) millis: u64,
}

/// What is asked, each message in a line of its own; secrets stay marked.
fn log_request(cx: &RunContext, model: &str, chat: &Chat) {
    for message in &chat.messages {
        let (who, text) = match message {
            Message::System(text) => ("system", text.clone()),
            Message::User(contents) => {
                let texts = contents.iter().map(|content| match content {
                    Content::Text(text) => text.clone(),
                    Content::File { mime, .. } => format!("(a file, {mime})").into(),
                });
                ("user", texts.reduce(|all, text| Text::concat(&all, &text)).unwrap_or_default())
            }
            Message::Model(said) => ("model", said.text.as_str().into()),
            Message::Result { text, .. } => ("tool", text.clone()),
        };
        cx.log(Level::Debug, Text::concat(&format!("to {model}, {who}: ").into(), &text));
    }
}
