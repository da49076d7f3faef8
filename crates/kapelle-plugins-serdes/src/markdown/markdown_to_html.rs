//! `io.kestra.plugin.serdes.markdown.MarkdownToHtml`: writes a document in Markdown as HTML.

use std::io::Write;

use kapelle_model::Text;
use kapelle_plugin::files::open;
use kapelle_plugin::ion::finish;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use pulldown_cmark::{Parser, html};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{DOCUMENT_BYTES_MAX, options};
use crate::charset::Charset;
use crate::converted::{Written, create};

/// # Convert Markdown to HTML
///
/// Writes a document in Markdown as HTML, with tables, struck text and lists of things to do. HTML within the document
/// stays as it is.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct MarkdownToHtml {
    /// The address of the file.
    from: Expr<Text>,
    /// The charset of both files; UTF-8 if nothing is said.
    charset: Option<Expr<String>>,
}

impl Task for MarkdownToHtml {
    const TYPE: &'static str = "io.kestra.plugin.serdes.markdown.MarkdownToHtml";
    const HAS_EFFECTS: bool = false;
    type Output = Written;

    async fn run(&self, cx: &RunContext) -> Result<Written, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| {
            let from = cx.render(&task.from)?;
            let charset = Charset::read(cx, task.charset.as_ref())?;
            let markdown = charset.text(open(cx, &from)?, DOCUMENT_BYTES_MAX)?;
            let mut out = String::new();
            html::push_html(&mut out, Parser::new_ext(&markdown, options()));
            cx.go_on()?;
            let mut to = charset.encode(create(cx, ".html")?);
            to.write_all(out.as_bytes())?;
            Ok(Written { uri: finish(to.finish()?)? })
        })
        .await
    }
}
