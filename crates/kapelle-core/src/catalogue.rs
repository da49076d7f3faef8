//! The catalogue of plugin types: what each is called, what it can be used for, which properties it has.
//!
//! The types of Kestra come as packed data (`build.rs`); a type is decoded when it is first asked for. On top of it
//! stand the language's own refinements and additions (`shape`).

mod bundled;
mod own;
mod unread;

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::shape::{Kind, Property, Role, TextRule};

pub use own::{OwnType, TooLate};

/// All types that are known, by name.
pub struct Catalogue {
    types: Vec<Slot>,
    /// Names and old names; the place in `types`.
    by_name: HashMap<&'static str, usize>,
    /// Old names in lower case, since they are matched without regard to case.
    by_lower_alias: HashMap<String, usize>,
    common: OnceLock<bundled::Common>,
    interfaces: OnceLock<bundled::Interfaces>,
    common_json: &'static str,
}

struct Slot {
    name: &'static str,
    kind: &'static str,
    aliases: Vec<&'static str>,
    /// Empty for a type that is described in Rust.
    json: &'static str,
    /// What this installation says of it, if it is one of its own.
    own: Option<&'static OwnType>,
    decoded: OnceLock<Type>,
}

/// One plugin type.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent marks of the catalogue")]
pub struct Type {
    pub name: &'static str,
    /// What it is, in the catalogue's words: task, flowable, trigger, realtime, condition, runner, provider …
    pub kind: &'static str,
    pub aliases: Vec<&'static str>,
    pub doc: &'static str,
    pub deprecated: bool,
    /// Known, but not for use in a flow.
    pub internal: bool,
    /// Sold by Kestra.
    pub enterprise: bool,
    /// The list of properties may lack some.
    pub partial: bool,
    /// It is of this installation only.
    pub is_own: bool,
    /// Own properties and those that all types of the kind have, sorted by name.
    pub properties: Vec<Property>,
    /// Names of the outputs, if they are known.
    pub outputs: Option<Vec<Output>>,
}

/// An output of a type.
#[derive(Debug)]
pub struct Output {
    pub name: &'static str,
    /// Its type in the catalogue's words.
    pub kind: &'static str,
}

/// A type found by name.
#[derive(Clone, Copy)]
pub struct Found {
    pub entry: &'static Type,
    /// The name that was asked for is an old one.
    pub by_alias: bool,
}

static BUNDLED: OnceLock<Catalogue> = OnceLock::new();

/// What may be left out in front of a type's name.
const PREFIX: &str = "io.kestra.plugin.";

impl Catalogue {
    /// The catalogue that belongs to this version, with the types of this installation.
    pub fn bundled() -> &'static Self {
        BUNDLED.get_or_init(bundled::load)
    }

    fn is_loaded() -> bool {
        BUNDLED.get().is_some()
    }

    /// Looks for a type by its name, an old name, or its name without `io.kestra.plugin.`.
    pub fn find(&'static self, name: &str) -> Option<Found> {
        if let Some(found) = self.find_full(name) {
            return Some(found);
        }
        self.find_full(&format!("{PREFIX}{name}"))
    }

    fn find_full(&'static self, name: &str) -> Option<Found> {
        let index = self.by_name.get(name).or_else(|| self.by_lower_alias.get(&name.to_ascii_lowercase()))?;
        let entry = self.decode(*index);
        Some(Found { entry, by_alias: entry.name != name })
    }

    /// Names of all types, in the order of the catalogue, with their kinds.
    pub fn names(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.types.iter().map(|slot| (slot.name, slot.kind))
    }

    /// Names and old names of all types that can be used as `role`, or of all types.
    pub fn names_for(&self, role: Option<Role>) -> impl Iterator<Item = &'static str> {
        let fitting = self.types.iter().filter(move |slot| {
            !slot.name.contains('$') && role.is_none_or(|role| self.plays(slot.kind, role))
        });
        fitting.flat_map(|slot| std::iter::once(slot.name).chain(slot.aliases.iter().copied()))
    }

    /// All old names.
    pub fn aliases(&self) -> impl Iterator<Item = &'static str> {
        self.types.iter().flat_map(|slot| slot.aliases.iter().copied())
    }

    /// The family that a name in full belongs to: what is released together as one plugin, such as `aws` in
    /// `io.kestra.plugin.aws.s3.List`, or `ee.aws`.
    pub fn family(name: &str) -> Option<&str> {
        let (packages, simple) = name.rsplit_once('.')?;
        simple.starts_with(|first: char| first.is_ascii_uppercase()).then_some(())?;
        Self::family_of_package(packages)
    }

    /// The family that a package belongs to, such as `aws` for `io.kestra.plugin.aws.s3`.
    pub fn family_of_package(name: &str) -> Option<&str> {
        let packages = name.strip_prefix(PREFIX)?;
        let is_package = |text: &str| {
            text.starts_with(|first: char| first.is_ascii_lowercase())
                && text.chars().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '_')
        };
        if !packages.split('.').all(is_package) {
            return None;
        }
        let mut parts = packages.split('.');
        let length = match (parts.next()?, parts.next()) {
            ("ee", second) => "ee.".len() + second?.len(),
            (first, _) => first.len(),
        };
        Some(&packages[..length])
    }

    /// All types; decodes the whole catalogue.
    pub fn types(&'static self) -> impl Iterator<Item = &'static Type> {
        (0..self.types.len()).map(|index| self.decode(index))
    }

    /// The types whose name, or an old one, begins with `prefix`.
    pub fn beginning_with<'p>(
        &'static self,
        prefix: &'p str,
    ) -> impl Iterator<Item = &'static Type> + use<'p> {
        let begins = move |slot: &Slot| {
            slot.name.starts_with(prefix) || slot.aliases.iter().any(|alias| alias.starts_with(prefix))
        };
        let places =
            self.types.iter().enumerate().filter(move |(_, slot)| begins(slot)).map(|(index, _)| index);
        places.map(|index| self.decode(index))
    }

    /// Whether `text` is the name of a type, an old one, or the beginning of one.
    pub fn has_prefix(&self, text: &str) -> bool {
        let mut names = self.names().map(|(name, _)| name).chain(self.aliases());
        names.any(|name| name.starts_with(text))
            || self.by_lower_alias.contains_key(&text.to_ascii_lowercase())
    }

    /// All types that can stand where something of this role is asked for; decodes them.
    pub fn playing(&'static self, role: Role) -> impl Iterator<Item = &'static Type> {
        self.types().filter(move |entry| self.plays(entry.kind, role))
    }

    /// Whether a type of this kind can be used as `role`.
    pub fn plays(&self, kind: &str, role: Role) -> bool {
        match role {
            Role::Task => matches!(kind, "task" | "flowable" | "subflow"),
            Role::Trigger => matches!(kind, "trigger" | "realtime"),
            Role::Condition => kind == "condition",
            Role::TaskRunner => kind == "runner",
            Role::Other(interface) => {
                let interfaces = self.interfaces.get_or_init(|| bundled::interfaces(self.common_json));
                interfaces.get(interface).is_none_or(|kinds| kinds.is_empty() || kinds.contains(&kind))
            }
        }
    }

    /// Properties that all types of a kind have.
    pub fn common_properties(&self, kind: &str) -> &[Property] {
        self.common().get(bundled::group(kind)).map_or(&[], Vec::as_slice)
    }

    /// A type's name without `io.kestra.plugin.`, under which it is found as well.
    pub fn short_name(name: &str) -> Option<&str> {
        name.strip_prefix(PREFIX)
    }

    fn decode(&'static self, index: usize) -> &'static Type {
        let slot = &self.types[index];
        slot.decoded.get_or_init(|| bundled::decode(slot, self.common()))
    }

    fn common(&self) -> &bundled::Common {
        self.common.get_or_init(|| bundled::common(self.common_json))
    }
}

/// Whether a plugin default for the type `name`, whose current name is `canonical` if the type is known, applies to a
/// plugin whose type is written as `written`: to all that begin in the same way, and, if it names an old type, also to
/// the current one. A plugin that is written with an old name is matched by that name only.
pub fn default_applies(name: &str, canonical: Option<&str>, written: &str) -> bool {
    let begins_same = || {
        let without_package = name.strip_prefix(PREFIX).filter(|_| !written.starts_with("io."));
        written.starts_with(name) || without_package.is_some_and(|name| written.starts_with(name))
    };
    !name.is_empty() && (canonical == Some(written) || begins_same())
}

impl Type {
    pub fn property(&self, name: &str) -> Option<&Property> {
        let at = self.properties.binary_search_by(|property| property.name.cmp(name)).ok()?;
        Some(&self.properties[at])
    }

    /// Runs on a worker and may have what only makes sense there.
    pub fn is_runnable(&self) -> bool {
        self.kind == "task" && !EXECUTION_UPDATING.contains(&self.name)
    }

    pub fn is_flowable(&self) -> bool {
        self.kind == "flowable"
    }

    /// Whether this version contains the type: all that belongs to the language itself, and what is named beside it. Types
    /// of the installation are there as well.
    pub fn is_built_in(&self) -> bool {
        self.is_own || BUILT_IN.iter().any(|meant| fits(meant, self.name))
    }

    /// The name without its package.
    pub fn simple_name(&self) -> &'static str {
        self.name.rsplit('.').next().unwrap_or(self.name)
    }
}

/// Types that this version contains. A star stands for any text.
const BUILT_IN: &[&str] = &[
    "io.kestra.plugin.ai.agent.*",
    "io.kestra.plugin.ai.completion.*",
    "io.kestra.plugin.ai.embeddings.KestraKVStore",
    "io.kestra.plugin.ai.mcp.*",
    "io.kestra.plugin.ai.memory.KestraKVStore",
    "io.kestra.plugin.ai.provider.AmazonBedrock",
    "io.kestra.plugin.ai.provider.Anthropic",
    "io.kestra.plugin.ai.provider.AzureOpenAI",
    "io.kestra.plugin.ai.provider.DashScope",
    "io.kestra.plugin.ai.provider.DeepSeek",
    "io.kestra.plugin.ai.provider.DockerModel",
    "io.kestra.plugin.ai.provider.GitHubModels",
    "io.kestra.plugin.ai.provider.GoogleGemini",
    "io.kestra.plugin.ai.provider.GoogleVertexAI",
    "io.kestra.plugin.ai.provider.HuggingFace",
    "io.kestra.plugin.ai.provider.LocalAI",
    "io.kestra.plugin.ai.provider.MistralAI",
    "io.kestra.plugin.ai.provider.Ollama",
    "io.kestra.plugin.ai.provider.OpenAI",
    "io.kestra.plugin.ai.provider.OpenRouter",
    "io.kestra.plugin.ai.provider.WorkersAI",
    "io.kestra.plugin.ai.provider.ZhiPuAI",
    "io.kestra.plugin.ai.rag.*",
    "io.kestra.plugin.ai.retriever.EmbeddingStoreRetriever",
    "io.kestra.plugin.ai.retriever.GoogleCustomWebSearch",
    "io.kestra.plugin.ai.retriever.TavilyWebSearch",
    "io.kestra.plugin.ai.tool.A2AClient",
    "io.kestra.plugin.ai.tool.AIAgent",
    "io.kestra.plugin.ai.tool.GoogleCustomWebSearch",
    "io.kestra.plugin.ai.tool.KestraFlow",
    "io.kestra.plugin.ai.tool.KestraFlowCalling",
    "io.kestra.plugin.ai.tool.KestraTask",
    "io.kestra.plugin.ai.tool.KestraTaskCalling",
    "io.kestra.plugin.ai.tool.SseMcpClient",
    "io.kestra.plugin.ai.tool.StdioMcpClient",
    "io.kestra.plugin.ai.tool.StreamableHttpMcpClient",
    "io.kestra.plugin.ai.tool.TavilyWebSearch",
    "io.kestra.plugin.airbyte.*",
    "io.kestra.plugin.airflow.dags.TriggerDagRun",
    "io.kestra.plugin.airtable.records.*",
    "io.kestra.plugin.amqp.*",
    "io.kestra.plugin.ansible.cli.AnsibleCLI",
    "io.kestra.plugin.anthropic.ChatCompletion",
    "io.kestra.plugin.anthropic.ListModels",
    "io.kestra.plugin.aws.athena.Query",
    "io.kestra.plugin.aws.auth.EksToken",
    "io.kestra.plugin.aws.cli.AwsCLI",
    "io.kestra.plugin.aws.dynamodb.*",
    "io.kestra.plugin.aws.ecr.GetAuthToken",
    "io.kestra.plugin.aws.eventbridge.PutEvents",
    "io.kestra.plugin.aws.kinesis.PutRecords",
    "io.kestra.plugin.aws.lambda.Invoke",
    "io.kestra.plugin.aws.s3.Copy",
    "io.kestra.plugin.aws.s3.CreateBucket",
    "io.kestra.plugin.aws.s3.Delete*",
    "io.kestra.plugin.aws.s3.Download*",
    "io.kestra.plugin.aws.s3.List",
    "io.kestra.plugin.aws.s3.Trigger",
    "io.kestra.plugin.aws.s3.Upload",
    "io.kestra.plugin.aws.sns.Publish",
    "io.kestra.plugin.aws.sqs.*",
    "io.kestra.plugin.azure.cli.AzCLI",
    "io.kestra.plugin.cloudquery.CloudQueryCLI",
    "io.kestra.plugin.compress.*",
    "io.kestra.plugin.core.*",
    "io.kestra.plugin.databricks.cli.DatabricksCLI",
    "io.kestra.plugin.dataform.cli.DataformCLI",
    "io.kestra.plugin.dbt.*",
    "io.kestra.plugin.deepseek.ChatCompletion",
    "io.kestra.plugin.discord.*",
    "io.kestra.plugin.docker.*",
    "io.kestra.plugin.ee.kubernetes.runner.Kubernetes",
    "io.kestra.plugin.elasticsearch.*",
    "io.kestra.plugin.email.*",
    "io.kestra.plugin.fs.ftp.*",
    "io.kestra.plugin.fs.ftps.*",
    "io.kestra.plugin.fs.local.*",
    "io.kestra.plugin.fs.sftp.*",
    "io.kestra.plugin.fs.ssh.Command",
    "io.kestra.plugin.fs.tcp.*",
    "io.kestra.plugin.fs.udp.*",
    "io.kestra.plugin.gcp.cli.GCloudCLI",
    "io.kestra.plugin.gcp.gcs.*",
    "io.kestra.plugin.gemini.ChatCompletion",
    "io.kestra.plugin.gemini.StructuredOutputCompletion",
    "io.kestra.plugin.gemini.TextCompletion",
    "io.kestra.plugin.git.Clone",
    "io.kestra.plugin.git.NamespaceSync",
    "io.kestra.plugin.git.Push",
    "io.kestra.plugin.git.PushExecutionFiles",
    "io.kestra.plugin.git.PushFlows",
    "io.kestra.plugin.git.PushNamespaceFiles",
    "io.kestra.plugin.git.Sync",
    "io.kestra.plugin.git.SyncFlow",
    "io.kestra.plugin.git.SyncFlows",
    "io.kestra.plugin.git.SyncNamespaceFiles",
    "io.kestra.plugin.git.TenantSync",
    "io.kestra.plugin.github.actions.*",
    "io.kestra.plugin.github.auth.*",
    "io.kestra.plugin.github.code.*",
    "io.kestra.plugin.github.commits.*",
    "io.kestra.plugin.github.issues.*",
    "io.kestra.plugin.github.pulls.*",
    "io.kestra.plugin.github.repositories.*",
    "io.kestra.plugin.github.topics.*",
    "io.kestra.plugin.github.users.*",
    "io.kestra.plugin.gitlab.*",
    "io.kestra.plugin.googleworkspace.calendar.*Event",
    "io.kestra.plugin.googleworkspace.calendar.EventCreatedTrigger",
    "io.kestra.plugin.googleworkspace.calendar.ListEvents",
    "io.kestra.plugin.googleworkspace.chat.*",
    "io.kestra.plugin.grafana.loki.*",
    "io.kestra.plugin.hubspot.contacts.*",
    "io.kestra.plugin.hubspot.tickets.Create",
    "io.kestra.plugin.huggingface.Inference",
    "io.kestra.plugin.jdbc.clickhouse.BulkInsert",
    "io.kestra.plugin.jdbc.clickhouse.ClickHouseLocalCLI",
    "io.kestra.plugin.jdbc.clickhouse.Queries",
    "io.kestra.plugin.jdbc.clickhouse.Query",
    "io.kestra.plugin.jdbc.clickhouse.Trigger",
    "io.kestra.plugin.jdbc.duckdb.*",
    "io.kestra.plugin.jdbc.mariadb.*",
    "io.kestra.plugin.jdbc.mysql.*",
    "io.kestra.plugin.jdbc.postgresql.*",
    "io.kestra.plugin.jdbc.sqlite.*",
    "io.kestra.plugin.jenkins.*",
    "io.kestra.plugin.jira.*",
    "io.kestra.plugin.kafka.Consume",
    "io.kestra.plugin.kafka.Produce",
    "io.kestra.plugin.kafka.RealtimeTrigger",
    "io.kestra.plugin.kafka.Trigger",
    "io.kestra.plugin.kubernetes.core.PodCreate",
    "io.kestra.plugin.kubernetes.kubectl.*",
    "io.kestra.plugin.line.*",
    "io.kestra.plugin.linear.*",
    "io.kestra.plugin.loki.*",
    "io.kestra.plugin.meta.messenger.*",
    "io.kestra.plugin.meta.whatsapp.*",
    "io.kestra.plugin.microsoft365.teams.Teams*",
    "io.kestra.plugin.minio.*",
    "io.kestra.plugin.mistral.ChatCompletion",
    "io.kestra.plugin.modal.*",
    "io.kestra.plugin.mqtt.*",
    "io.kestra.plugin.nats.*",
    "io.kestra.plugin.notifications.line.*",
    "io.kestra.plugin.notifications.opsgenie.*",
    "io.kestra.plugin.notifications.pagerduty.*",
    "io.kestra.plugin.notifications.sentry.*",
    "io.kestra.plugin.notifications.squadcast.*",
    "io.kestra.plugin.notifications.telegram.*",
    "io.kestra.plugin.notifications.zenduty.*",
    "io.kestra.plugin.notifications.zulip.*",
    "io.kestra.plugin.openai.ChatCompletion",
    "io.kestra.plugin.openai.Responses",
    "io.kestra.plugin.opensearch.*",
    "io.kestra.plugin.opsgenie.*",
    "io.kestra.plugin.pagerduty.*",
    "io.kestra.plugin.perplexity.*",
    "io.kestra.plugin.prometheus.*",
    "io.kestra.plugin.redis.json.*",
    "io.kestra.plugin.redis.list.*",
    "io.kestra.plugin.redis.pubsub.*",
    "io.kestra.plugin.redis.string.*",
    "io.kestra.plugin.redis.vector.*",
    "io.kestra.plugin.resend.email.Send",
    "io.kestra.plugin.scripts.*.Commands",
    "io.kestra.plugin.scripts.*.Script",
    "io.kestra.plugin.scripts.runner.docker.Docker",
    "io.kestra.plugin.sentry.*",
    "io.kestra.plugin.serdes.*",
    "io.kestra.plugin.servicenow.*",
    "io.kestra.plugin.slack.Slack*",
    "io.kestra.plugin.slack.app.*",
    "io.kestra.plugin.slack.notifications.*",
    "io.kestra.plugin.spark.*",
    "io.kestra.plugin.sqlmesh.cli.SQLMeshCLI",
    "io.kestra.plugin.squadcast.*",
    "io.kestra.plugin.stripe.balance.*",
    "io.kestra.plugin.stripe.customer.*",
    "io.kestra.plugin.stripe.payment.*",
    "io.kestra.plugin.supabase.*",
    "io.kestra.plugin.telegram.*",
    "io.kestra.plugin.terraform.cli.TerraformCLI",
    "io.kestra.plugin.transform.*",
    "io.kestra.plugin.trivy.cli.TrivyCLI",
    "io.kestra.plugin.twilio.notify.*",
    "io.kestra.plugin.twilio.sendgrid.*",
    "io.kestra.plugin.zendesk.tickets.Create",
    "io.kestra.plugin.zenduty.*",
    "io.kestra.plugin.zulip.*",
];

/// Whether a name is meant, in which a star stands for any text.
fn fits(meant: &str, name: &str) -> bool {
    match meant.split_once('*') {
        Some((start, end)) => name.strip_prefix(start).is_some_and(|rest| rest.ends_with(end)),
        None => meant == name,
    }
}

/// Tasks that the executor runs itself, since they change the execution.
const EXECUTION_UPDATING: &[&str] = &[
    "io.kestra.plugin.core.execution.Exit",
    "io.kestra.plugin.core.execution.Labels",
    "io.kestra.plugin.core.execution.SetVariables",
    "io.kestra.plugin.core.execution.UnsetVariables",
];

/// Kinds of the catalogue that say nothing of their own.
const TEXT: Kind = Kind::Text(TextRule::Any);

#[cfg(test)]
mod tests;
