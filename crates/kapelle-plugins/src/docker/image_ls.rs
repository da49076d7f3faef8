//! `io.kestra.plugin.docker.cli.ImageLs`: which images an engine has.

use std::collections::BTreeMap;

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::connection::ConnectionProperties;
use super::engine::Asked;

/// # List images
///
/// Lists the images that the engine has.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ImageLs {
    /// Whether images that are parts of others count.
    show_all: Option<Expr<bool>>,
    /// Only images of this name; a star stands for any text.
    image_name_filter: Option<Expr<String>>,
    /// Only images with these labels.
    label_filter: Option<Expr<BTreeMap<String, String>>>,
    #[serde(flatten)]
    connection: ConnectionProperties,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The images.
    images: Vec<Entry>,
    /// How many.
    count: usize,
}

/// An image.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry {
    /// Its id.
    id: String,
    /// Its names, with tags.
    repo_tags: Vec<String>,
    /// Its size in bytes.
    size: i64,
    /// When it was made, in seconds since 1970.
    created: i64,
    /// Its labels.
    labels: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    id: String,
    repo_tags: Option<Vec<String>>,
    #[serde(default)]
    size: i64,
    #[serde(default)]
    created: i64,
    labels: Option<BTreeMap<String, String>>,
}

impl Task for ImageLs {
    const TYPE: &'static str = "io.kestra.plugin.docker.cli.ImageLs";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let mut filters: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        if let Some(name) = cx.filled(self.image_name_filter.as_ref())? {
            filters.insert("reference", vec![name]);
        }
        let labels = cx.filled(self.label_filter.as_ref())?.unwrap_or_default();
        if !labels.is_empty() {
            filters.insert("label", labels.iter().map(|(name, value)| format!("{name}={value}")).collect());
        }
        let all = cx.filled(self.show_all.as_ref())?.unwrap_or(false).to_string();
        let asked = Asked::get("/images/json").with("all", &all).with("filters", &json!(filters).to_string());
        let listed: Vec<Listed> = self.connection.engine(cx)?.ask(asked).await?;
        let images: Vec<Entry> = listed
            .into_iter()
            .map(|image| Entry {
                id: image.id,
                repo_tags: image.repo_tags.unwrap_or_default(),
                size: image.size,
                created: image.created,
                labels: image.labels.unwrap_or_default(),
            })
            .collect();
        Ok(Output { count: images.len(), images })
    }
}
