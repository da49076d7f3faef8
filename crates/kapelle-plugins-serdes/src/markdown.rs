//! Markdown: to HTML, to plain text, and from HTML.

mod html;
pub(crate) mod html_to_markdown;
pub(crate) mod markdown_to_html;
pub(crate) mod markdown_to_text;
#[cfg(test)]
mod tests;
mod writer;

/// Bytes of a document, which is read as a whole.
const DOCUMENT_BYTES_MAX: usize = 32 << 20;

/// What is understood beside the common core: tables, struck text, lists of things to do.
fn options() -> pulldown_cmark::Options {
    use pulldown_cmark::Options;
    Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES
}
