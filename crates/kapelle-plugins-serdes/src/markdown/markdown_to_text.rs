//! `io.kestra.plugin.serdes.markdown.MarkdownToText`: writes a document in Markdown as plain text.

use std::io::Write;

use kapelle_model::Text;
use kapelle_plugin::files::open;
use kapelle_plugin::ion::finish;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{DOCUMENT_BYTES_MAX, options};
use crate::charset::Charset;
use crate::converted::{Written, create};

/// # Convert Markdown to text
///
/// Writes the text of a document in Markdown without its signs, but for `- ` before items of lists. HTML within the document
/// is left out.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct MarkdownToText {
    /// The address of the file.
    from: Expr<Text>,
    /// The charset of both files; UTF-8 if nothing is said.
    charset: Option<Expr<String>>,
}

impl Task for MarkdownToText {
    const TYPE: &'static str = "io.kestra.plugin.serdes.markdown.MarkdownToText";
    const HAS_EFFECTS: bool = false;
    type Output = Written;

    async fn run(&self, cx: &RunContext) -> Result<Written, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| {
            let from = cx.render(&task.from)?;
            let charset = Charset::read(cx, task.charset.as_ref())?;
            let markdown = charset.text(open(cx, &from)?, DOCUMENT_BYTES_MAX)?;
            let text = plain(Parser::new_ext(&markdown, options()));
            cx.go_on()?;
            let mut to = charset.encode(create(cx, ".txt")?);
            to.write_all(text.as_bytes())?;
            Ok(Written { uri: finish(to.finish()?)? })
        })
        .await
    }
}

/// The text of a document: each paragraph, heading, row of a table and line of code on a line; items of lists begin with `- `.
fn plain<'e>(events: impl Iterator<Item = Event<'e>>) -> String {
    let mut out = String::new();
    for event in events {
        match event {
            Event::Text(text) | Event::Code(text) => out.push_str(&text),
            Event::SoftBreak => out.push(' '),
            Event::HardBreak => out.push('\n'),
            Event::Start(Tag::Item) => {
                begin_block(&mut out);
                out.push_str("- ");
            }
            Event::Start(Tag::TableCell) if !out.is_empty() && !out.ends_with('\n') => out.push('\t'),
            Event::Start(Tag::Paragraph | Tag::Heading { .. } | Tag::CodeBlock(_) | Tag::Table(_))
            | Event::Rule => {
                begin_block(&mut out);
            }
            Event::End(
                TagEnd::Paragraph
                | TagEnd::Heading(_)
                | TagEnd::Item
                | TagEnd::CodeBlock
                | TagEnd::TableRow
                | TagEnd::TableHead,
            ) => end_line(&mut out),
            _ => {}
        }
    }
    out.trim().to_owned()
}

/// The first block of an item stands on its line.
fn begin_block(out: &mut String) {
    let line = out.rsplit('\n').next().unwrap_or_default();
    if line.contains(|sign| !matches!(sign, '-' | ' ')) {
        out.push('\n');
    }
}

fn end_line(out: &mut String) {
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
}
