//! What a definition says.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use kapelle_core::language::Language;
use kapelle_core::property::Property;
use kapelle_core::yaml;
use kapelle_model::{Data, Failure, Map, Node, Span, Text, Value};
use kapelle_plugin::program::JsonLines;
use kapelle_plugin::{Expr, entries, read};
use serde::Deserialize;

use super::described::Described;

/// A task or a trigger as data. Its types differ by their names only.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Definition {
    pub(super) types: Vec<String>,
    pub(super) title: String,
    pub(super) description: String,
    /// What its properties are, where `shared.yaml` does not say it.
    #[serde(default)]
    pub(super) properties: BTreeMap<String, Described>,
    /// It is a trigger that looks from time to time, and this is when an execution starts.
    #[serde(default)]
    pub(super) trigger: Option<Looks>,
    /// Names of secrets, keys or variables of the environment that stand in for a property that is left out.
    #[serde(default)]
    pub(super) known: BTreeMap<String, Vec<String>>,
    /// The execution of which it tells, as `about`.
    #[serde(default)]
    pub(super) about: Option<Expr<Text>>,
    /// Where the service is, as `base`.
    #[serde(default)]
    pub(super) base: Option<Base>,
    /// A second run does no harm.
    #[serde(default)]
    pub(super) reads_only: bool,
    /// A key that signs a token, as `jwt`.
    #[serde(default)]
    pub(super) jwt: Option<Signed>,
    /// Who asks services of Google; the token is `token`.
    #[serde(default)]
    pub(super) google: Option<Google>,
    /// Files with their contents, each list as a variable of its name.
    #[serde(default)]
    pub(super) files: BTreeMap<String, Expr<Vec<Map>>>,
    #[serde(default)]
    pub(super) requests: Vec<Ask>,
    /// Commands that are run, in place of requests.
    #[serde(default)]
    pub(super) commands: Option<Commands>,
    /// Rows, of which the flow says what becomes of them; as `fetched`.
    #[serde(default)]
    pub(super) fetch: Option<Fetch>,
    #[serde(default)]
    pub(super) outputs: BTreeMap<String, Output>,
    /// Numbers that are counted.
    #[serde(default)]
    pub(super) metrics: BTreeMap<String, Expr<f64>>,
    /// A flow that uses the first of the types.
    #[cfg_attr(not(test), expect(dead_code, reason = "only tests look whether it is right"))]
    #[serde(default)]
    pub(super) example: String,
}

/// What a look of a trigger comes to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Looks {
    /// Things of which each is told of once, as `news`.
    #[serde(default)]
    pub(super) news: Option<News>,
    /// Whether an execution starts; where it is not said, one does if there are news.
    #[serde(default)]
    pub(super) when: Option<Expr<bool>>,
    /// What the next look sees as `kept`.
    #[serde(default)]
    pub(super) keeps: Option<Expr<Value>>,
}

/// Things, and how each is told from the others.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct News {
    pub(super) items: Expr<Value>,
    /// Sees one of them as `item`.
    pub(super) id: Expr<Text>,
    /// How many one look tells of; the next one sees the others, and this one `hasMore`.
    #[serde(default)]
    pub(super) at_most: Option<Expr<u64>>,
}

/// Rows, and what becomes of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fetch {
    pub(super) rows: Expr<Value>,
    /// As `fetchType` of the task says, where it is not said here.
    #[serde(default)]
    pub(super) how: Option<Expr<Text>>,
}

/// A token that is signed (RS256).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Signed {
    /// The private key, as PEM.
    pub(super) key: Expr<Text>,
    pub(super) claims: Expr<Value>,
}

/// An account of Google.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Google {
    /// The key of a service account, as JSON.
    pub(super) account: Expr<Text>,
    pub(super) scopes: Expr<Vec<String>>,
}

/// What a program needs beside what the flow writes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Commands {
    /// The image, where the flow names none.
    pub(super) image: String,
    /// Why it cannot be done; an empty text if it can.
    #[serde(default)]
    pub(super) fails: Option<Expr<Text>>,
    /// Variables of the environment; those that are null are left out, and those of the flow win.
    #[serde(default)]
    pub(super) environment: Option<Expr<Value>>,
    /// Files that are in the directory as long as the program runs; those that are null are left out.
    #[serde(default)]
    pub(super) files: Option<Expr<Value>>,
    /// Commands before those of the flow; empty ones are left out.
    #[serde(default)]
    pub(super) before: Option<Expr<Vec<Text>>>,
    /// Commands in place of those of the flow.
    #[serde(default)]
    pub(super) run: Option<Expr<Vec<Text>>>,
    /// Files that are kept too: the names that they get in `outputFiles`, with their paths. Those that are null are left out.
    #[serde(default)]
    pub(super) keeps: Option<Expr<Value>>,
    /// What the log is told as a warning before anything is run; an empty text is nothing.
    #[serde(default)]
    pub(super) warns: Option<Expr<Text>>,
    /// How lines that are JSON are taken apart. With a warning among them, the task ends with WARNING.
    #[serde(default)]
    pub(super) lines: Option<JsonLines>,
    /// A file that goes into the key-value store when the program has ended well: `namespace`, `key` and `file`, or null.
    #[serde(default)]
    pub(super) stores: Option<Expr<Value>>,
}

/// Where a service is: where the flow says, else where the installation says, else where everybody finds it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Base {
    /// What the flow says; it wins.
    #[serde(default)]
    pub(super) given: Option<Expr<Text>>,
    #[serde(default)]
    pub(super) address: Option<String>,
    /// The setting of the instance that gives another one.
    #[serde(default)]
    pub(super) setting: Option<String>,
}

/// One request, or one after the other until there is no more to ask.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Ask {
    /// What its answer is called.
    #[serde(default = "answer")]
    pub(super) name: String,
    /// Whether it is sent.
    #[serde(default)]
    pub(super) when: Option<Expr<bool>>,
    /// Properties of `http.Request`.
    pub(super) request: Expr<Value>,
    /// The content as JSON. What is null in it is left out.
    #[serde(default)]
    pub(super) json: Option<Expr<Value>>,
    /// Keys that are written over those of `json`: a map, or JSON.
    #[serde(default)]
    pub(super) over: Option<Expr<Map>>,
    /// What went wrong although the status is good.
    #[serde(default)]
    pub(super) fails: Option<Expr<Text>>,
    /// The content of the answer is kept as a file with this ending; the answer has its `uri`.
    #[serde(default)]
    pub(super) keeps: Option<String>,
    /// Rows of a file, of which each request carries some.
    #[serde(default)]
    pub(super) parts: Option<Parts>,
    #[serde(default)]
    pub(super) pages: Option<Pages>,
    #[serde(default)]
    pub(super) until: Option<Until>,
}

impl Ask {
    /// One request, and no more to it.
    pub(super) fn of(request: Expr<Value>) -> Self {
        Self {
            name: answer(),
            when: None,
            request,
            json: None,
            over: None,
            fails: None,
            keeps: None,
            parts: None,
            pages: None,
            until: None,
        }
    }
}

/// A file that is sent in parts.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Parts {
    /// The address of the file.
    pub(super) of: Expr<Text>,
    /// How many entries a request carries at most.
    pub(super) at_most: Expr<u64>,
    /// Whether the row after this one, which it sees as `row`, belongs to the same entry. Then each entry is a list.
    #[serde(default)]
    pub(super) takes_next: Option<Expr<bool>>,
}

/// An answer in several parts.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Pages {
    /// The list in each part; all of them are `items` of the answer.
    pub(super) items: Expr<Value>,
    /// What the request for the next part sees as `page`; null after the last one.
    pub(super) next: Expr<Value>,
}

/// Asking again.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Until {
    pub(super) done: Expr<bool>,
    pub(super) every: Expr<SignedDuration>,
    pub(super) at_most: Expr<SignedDuration>,
}

/// Something it gives.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Output {
    pub(super) description: String,
    pub(super) value: Expr<Value>,
}

fn answer() -> String {
    "answer".to_owned()
}

/// The definitions of a file, each as a node; or what is wrong with the file, and where.
pub(super) fn nodes(text: &str) -> Result<Vec<Node>, (Span, String)> {
    let whole = Span::new(0, text.len() as u32);
    let reading = yaml::read(text, whole);
    match (reading.diagnostics.first(), reading.root) {
        (Some(problem), _) => Err((problem.span, problem.message.clone())),
        (None, Some(Node { data: Data::List(items), .. })) => Ok(items),
        (None, root) => {
            let place = root.map_or(whole, |root| root.span);
            Err((place, "a list of definitions is expected: each begins with `- types:`".to_owned()))
        }
    }
}

/// One definition.
pub(super) fn definition(node: &Node) -> Result<Definition, Failure> {
    let one: Definition = read(&entries(&Property::read(node, Language::One)))?;
    let reason = match &one.trigger {
        _ if one.types.is_empty() => "`types` needs a name",
        _ if one.requests.is_empty() == one.commands.is_none() => "either `requests` or `commands` is needed",
        Some(_) if one.commands.is_some() => "a trigger looks with `requests`, not with `commands`",
        Some(Looks { news: None, when: None, .. }) => "`trigger` needs `news` or `when`",
        _ => return Ok(one),
    };
    Err(Failure::new(reason))
}

/// The definitions of a file that belongs to the program.
pub(super) fn definitions(text: &str) -> Result<Vec<Definition>, Failure> {
    let nodes = nodes(text).map_err(|(_, reason)| Failure::new(reason))?;
    nodes.iter().map(definition).collect()
}
