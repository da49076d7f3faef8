//! `io.kestra.plugin.serdes.markdown.HtmlToMarkdown`: writes a document in HTML as Markdown.

use std::io::Write;

use kapelle_model::Text;
use kapelle_plugin::files::open;
use kapelle_plugin::ion::finish;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::DOCUMENT_BYTES_MAX;
use super::html::pieces;
use super::writer::Writer;
use crate::charset::Charset;
use crate::converted::{Written, create};

/// # Convert HTML to Markdown
///
/// Writes the text of a document in HTML as Markdown: headings, lists, links, images, tables, quotes, code. Scripts and
/// styles are left out.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HtmlToMarkdown {
    /// The address of the file, in UTF-8.
    from: Expr<Text>,
    /// Names of elements that are left out with all that is in them.
    ignore_tags: Option<Expr<Vec<String>>>,
    /// The address of the page, from which links and images are seen.
    base_uri: Option<Expr<String>>,
}

impl Task for HtmlToMarkdown {
    const TYPE: &'static str = "io.kestra.plugin.serdes.markdown.HtmlToMarkdown";
    const HAS_EFFECTS: bool = false;
    type Output = Written;

    async fn run(&self, cx: &RunContext) -> Result<Written, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| {
            let from = cx.render(&task.from)?;
            let ignored = cx.filled(task.ignore_tags.as_ref())?.unwrap_or_default();
            let ignored = ignored.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
            let base = cx.filled(task.base_uri.as_ref())?;
            let html = Charset::read(cx, None)?.text(open(cx, &from)?, DOCUMENT_BYTES_MAX)?;
            let markdown = Writer::new(ignored, base).write(pieces(&html));
            cx.go_on()?;
            let mut file = create(cx, ".md")?;
            file.write_all(markdown.as_bytes())?;
            Ok(Written { uri: finish(file)? })
        })
        .await
    }
}
