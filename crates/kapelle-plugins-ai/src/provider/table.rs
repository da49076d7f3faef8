//! The providers: where each is, what it speaks, and where its key may be.

use super::open_ai::{Dialect, USUAL};

pub(super) const PREFIX: &str = "io.kestra.plugin.ai.provider.";

/// What is known of a provider.
#[derive(Debug)]
pub(crate) struct Facts {
    /// Its type, without the package.
    pub(crate) type_name: &'static str,
    /// Its name, for people.
    pub(crate) name: &'static str,
    /// Its name in settings: `kapelle.ai.providers.NAME.base-url`.
    pub(crate) setting: &'static str,
    pub(crate) speaks: Speaks,
    /// Where everybody finds it.
    pub(crate) base: Option<&'static str>,
    /// What its key is usually called; none, if it needs no key.
    pub(crate) keys: &'static [&'static str],
    /// It makes vectors of texts.
    pub(crate) embeds: bool,
}

/// Whose protocol a provider speaks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Speaks {
    OpenAi(Dialect),
    Anthropic,
    Gemini,
    Ollama,
    Bedrock,
}

const LIKE_OPEN_AI: Facts = Facts {
    type_name: "",
    name: "",
    setting: "",
    speaks: Speaks::OpenAi(USUAL),
    base: None,
    keys: &[],
    embeds: true,
};

static PROVIDERS: &[Facts] = &[
    Facts {
        type_name: "GoogleGemini",
        name: "Gemini",
        setting: "gemini",
        speaks: Speaks::Gemini,
        base: Some("https://generativelanguage.googleapis.com/v1beta"),
        keys: &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
        embeds: true,
    },
    Facts {
        type_name: "OpenAI",
        name: "OpenAI",
        setting: "openai",
        speaks: Speaks::OpenAi(Dialect { tokens_max: "max_completion_tokens", ..USUAL }),
        base: Some("https://api.openai.com/v1"),
        keys: &["OPENAI_API_KEY"],
        ..LIKE_OPEN_AI
    },
    Facts {
        type_name: "Anthropic",
        name: "Anthropic",
        setting: "anthropic",
        speaks: Speaks::Anthropic,
        base: Some("https://api.anthropic.com/v1"),
        keys: &["ANTHROPIC_API_KEY"],
        embeds: false,
    },
    Facts {
        type_name: "MistralAI",
        name: "Mistral",
        setting: "mistral",
        speaks: Speaks::OpenAi(Dialect { seed: "random_seed", ..USUAL }),
        base: Some("https://api.mistral.ai/v1"),
        keys: &["MISTRAL_API_KEY"],
        ..LIKE_OPEN_AI
    },
    Facts {
        type_name: "Ollama",
        name: "Ollama",
        setting: "ollama",
        speaks: Speaks::Ollama,
        base: Some("http://localhost:11434"),
        keys: &[],
        embeds: true,
    },
    Facts {
        type_name: "AzureOpenAI",
        name: "Azure OpenAI",
        setting: "azure-openai",
        speaks: Speaks::OpenAi(Dialect { tokens_max: "max_completion_tokens", ..USUAL }),
        keys: &["AZURE_OPENAI_API_KEY"],
        ..LIKE_OPEN_AI
    },
    Facts {
        type_name: "DeepSeek",
        name: "DeepSeek",
        setting: "deepseek",
        speaks: Speaks::OpenAi(Dialect { has_schema: false, ..USUAL }),
        base: Some("https://api.deepseek.com/v1"),
        keys: &["DEEPSEEK_API_KEY"],
        embeds: false,
    },
    Facts {
        type_name: "OpenRouter",
        name: "OpenRouter",
        setting: "openrouter",
        speaks: Speaks::OpenAi(Dialect { has_top_k: true, ..USUAL }),
        base: Some("https://openrouter.ai/api/v1"),
        keys: &["OPENROUTER_API_KEY"],
        ..LIKE_OPEN_AI
    },
    Facts {
        type_name: "GoogleVertexAI",
        name: "Vertex AI",
        setting: "vertex-ai",
        speaks: Speaks::Gemini,
        base: None,
        keys: &[],
        embeds: false,
    },
    Facts {
        type_name: "AmazonBedrock",
        name: "Amazon Bedrock",
        setting: "bedrock",
        speaks: Speaks::Bedrock,
        base: None,
        keys: &[],
        embeds: true,
    },
    Facts {
        type_name: "GitHubModels",
        name: "GitHub Models",
        setting: "github-models",
        base: Some("https://models.github.ai/inference"),
        keys: &["GITHUB_TOKEN"],
        ..LIKE_OPEN_AI
    },
    Facts {
        type_name: "HuggingFace",
        name: "Hugging Face",
        setting: "huggingface",
        base: Some("https://router.huggingface.co/v1"),
        keys: &["HUGGINGFACE_API_KEY", "HF_TOKEN"],
        ..LIKE_OPEN_AI
    },
    Facts {
        type_name: "LocalAI",
        name: "LocalAI",
        setting: "localai",
        speaks: Speaks::OpenAi(Dialect { has_top_k: true, ..USUAL }),
        ..LIKE_OPEN_AI
    },
    Facts {
        type_name: "DockerModel",
        name: "Docker Model Runner",
        setting: "docker-model",
        speaks: Speaks::OpenAi(Dialect { has_top_k: true, ..USUAL }),
        base: Some("http://localhost:12434/engines/v1"),
        ..LIKE_OPEN_AI
    },
    Facts {
        type_name: "DashScope",
        name: "DashScope",
        setting: "dashscope",
        speaks: Speaks::OpenAi(Dialect { has_top_k: true, has_schema: false, ..USUAL }),
        base: Some("https://dashscope-intl.aliyuncs.com/compatible-mode/v1"),
        keys: &["DASHSCOPE_API_KEY"],
        ..LIKE_OPEN_AI
    },
    Facts {
        type_name: "WorkersAI",
        name: "Workers AI",
        setting: "workers-ai",
        base: Some("https://api.cloudflare.com/client/v4"),
        keys: &["CLOUDFLARE_API_TOKEN"],
        ..LIKE_OPEN_AI
    },
    Facts {
        type_name: "ZhiPuAI",
        name: "ZhiPu AI",
        setting: "zhipu",
        speaks: Speaks::OpenAi(Dialect { has_schema: false, ..USUAL }),
        base: Some("https://open.bigmodel.cn"),
        keys: &["ZHIPU_API_KEY"],
        ..LIKE_OPEN_AI
    },
];

/// Beginnings of the names of models, with who has them.
const MODELS: &[(&str, &str)] = &[
    ("gemini", "gemini"),
    ("gpt", "openai"),
    ("claude", "anthropic"),
    ("mistral", "mistral"),
    ("deepseek", "deepseek"),
    ("llama", "ollama"),
    ("qwen", "ollama"),
];

pub(super) fn by_type(name: &str) -> Option<&'static Facts> {
    let own = name.strip_prefix(PREFIX)?;
    PROVIDERS.iter().find(|facts| facts.type_name == own)
}

pub(super) fn by_setting(name: &str) -> Option<&'static Facts> {
    PROVIDERS.iter().find(|facts| facts.setting == name)
}

pub(super) fn by_model(name: &str) -> Option<&'static Facts> {
    let small = name.to_ascii_lowercase();
    // What is run on a machine of one's own has its version behind a colon.
    if small.contains(':') {
        return by_setting("ollama");
    }
    let begins = MODELS.iter().find(|(start, _)| small.starts_with(start)).map(|(_, who)| *who);
    let is_o = small.strip_prefix('o').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    by_setting(begins.or(is_o.then_some("openai"))?)
}

/// The names of all types.
pub(crate) fn known() -> Vec<&'static str> {
    PROVIDERS.iter().map(|facts| facts.type_name).collect()
}
