//! Writes Markdown for pieces of HTML.

use super::html::Piece;
use std::fmt::Write as _;

/// What is written, and where one is in the document.
#[derive(Default)]
pub(super) struct Writer {
    out: String,
    /// Lists that are open: the number of the next item, or none for lists without numbers.
    lists: Vec<Option<u64>>,
    /// Addresses of links that are open.
    links: Vec<String>,
    /// Elements that are left out and are open.
    ignored: Vec<String>,
    quotes: usize,
    code: Code,
    /// The rows of a table so far.
    table: Option<Vec<Vec<String>>>,
    /// Where the cell that is open begins.
    cell: Option<usize>,
    base: Option<String>,
    ignores: Vec<String>,
}

/// Code is written as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Code {
    #[default]
    None,
    Inline,
    Block,
}

impl Writer {
    pub(super) fn new(ignores: Vec<String>, base: Option<String>) -> Self {
        Self { base, ignores, ..Self::default() }
    }

    pub(super) fn write(mut self, pieces: Vec<Piece>) -> String {
        for piece in pieces {
            match piece {
                Piece::Open { name, .. } if self.ignores.contains(&name) => {
                    if !is_empty(&name) {
                        self.ignored.push(name);
                    }
                }
                Piece::Close(name) if self.ignored.last() == Some(&name) => drop(self.ignored.pop()),
                _ if !self.ignored.is_empty() => {}
                Piece::Text(text) => self.text(&text),
                Piece::Open { name, attributes } => {
                    let attribute = |wanted: &str| {
                        attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone())
                    };
                    self.open(&name, attribute);
                }
                Piece::Close(name) => self.close(&name),
            }
        }
        let text = self.out.trim();
        if text.is_empty() { String::new() } else { format!("{text}\n") }
    }

    fn text(&mut self, text: &str) {
        if self.code != Code::None {
            self.out.push_str(text);
            return;
        }
        let text = text.replace('\u{a0}', " ");
        if text.starts_with(char::is_whitespace) {
            self.blank();
        }
        for (place, word) in text.split_whitespace().enumerate() {
            if place > 0 {
                self.out.push(' ');
            }
            for sign in word.chars() {
                if matches!(sign, '*' | '_' | '`' | '[' | ']' | '\\' | '|' | '<') {
                    self.out.push('\\');
                }
                self.out.push(sign);
            }
        }
        if text.ends_with(char::is_whitespace) && !text.trim().is_empty() {
            self.blank();
        }
    }

    /// A blank, unless there is one or a line begins.
    fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with([' ', '\n']) {
            self.out.push(' ');
        }
    }

    /// Begins a block: an empty line before, and the signs of quotes around.
    fn block(&mut self) {
        if self.cell.is_some() {
            self.blank();
            return;
        }
        self.trim_blanks();
        if !self.out.is_empty() {
            while !self.out.ends_with("\n\n") {
                self.out.push('\n');
            }
        }
        self.out.push_str(&"> ".repeat(self.quotes));
    }

    fn line(&mut self) {
        self.trim_blanks();
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        self.out.push_str(&"> ".repeat(self.quotes));
    }

    fn trim_blanks(&mut self) {
        let kept = self.out.trim_end_matches(' ').len();
        self.out.truncate(kept);
    }

    fn open(&mut self, name: &str, attribute: impl Fn(&str) -> Option<String>) {
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.block();
                let level = usize::from(name.as_bytes()[1] - b'0');
                self.out.push_str(&"#".repeat(level));
                self.out.push(' ');
            }
            "p" | "div" | "section" | "article" | "header" | "footer" | "main" | "nav" | "figure" | "dl"
            | "dt" | "dd"
                // The text of an item begins behind its sign.
                if !self.out.ends_with("- ") && !self.out.ends_with(". ") => {
                    self.block();
                }
            "br" if self.cell.is_some() => self.blank(),
            "br" => {
                self.out.push_str("  \n");
                self.out.push_str(&"> ".repeat(self.quotes));
            }
            "hr" => {
                self.block();
                self.out.push_str("---");
            }
            "blockquote" => {
                self.quotes += 1;
                self.block();
            }
            "ul" | "ol" => {
                if self.lists.is_empty() {
                    self.block();
                }
                let start = attribute("start").and_then(|start| start.parse().ok()).unwrap_or(1);
                self.lists.push((name == "ol").then_some(start));
            }
            "li" => {
                let depth = self.lists.len().saturating_sub(1);
                if !self.out.ends_with("\n\n") || depth > 0 {
                    self.line();
                }
                self.out.push_str(&"    ".repeat(depth));
                match self.lists.last_mut() {
                    Some(Some(number)) => {
                        let _ = write!(self.out, "{number}. ");
                        *number += 1;
                    }
                    _ => self.out.push_str("- "),
                }
            }
            "b" | "strong" => self.out.push_str("**"),
            "i" | "em" => self.out.push('*'),
            "s" | "del" | "strike" => self.out.push_str("~~"),
            "code" | "kbd" | "samp" if self.code == Code::None => {
                self.out.push('`');
                self.code = Code::Inline;
            }
            "pre" => {
                self.block();
                self.out.push_str("```\n");
                self.code = Code::Block;
            }
            "a" => {
                self.links.push(attribute("href").map(|href| self.whole(&href)).unwrap_or_default());
                self.out.push('[');
            }
            "img" => {
                let source = attribute("src").map(|source| self.whole(&source)).unwrap_or_default();
                let _ = write!(self.out, "![{}]({source})", attribute("alt").unwrap_or_default());
            }
            "table" => self.table = Some(Vec::new()),
            "tr" => {
                if let Some(rows) = &mut self.table {
                    rows.push(Vec::new());
                }
            }
            "td" | "th" if self.table.is_some() => self.cell = Some(self.out.len()),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "b" | "strong" => self.mark("**"),
            "i" | "em" => self.mark("*"),
            "s" | "del" | "strike" => self.mark("~~"),
            "code" | "kbd" | "samp" if self.code == Code::Inline => {
                self.out.push('`');
                self.code = Code::None;
            }
            "pre" => {
                self.code = Code::None;
                if !self.out.ends_with('\n') {
                    self.out.push('\n');
                }
                self.out.push_str("```");
            }
            "a" => {
                if let Some(address) = self.links.pop() {
                    let _ = write!(self.out, "]({address})");
                }
            }
            "ul" | "ol" => _ = self.lists.pop(),
            "blockquote" => self.quotes = self.quotes.saturating_sub(1),
            "td" | "th" => {
                if let Some(start) = self.cell.take() {
                    let text = self.out.split_off(start.min(self.out.len()));
                    if let Some(row) = self.table.as_mut().and_then(|rows| rows.last_mut()) {
                        row.push(text.trim().to_owned());
                    }
                }
            }
            "table" => self.end_table(),
            _ => {}
        }
    }

    /// A mark that stands close to its text.
    fn mark(&mut self, mark: &str) {
        let has_blank = self.out.ends_with(' ');
        self.trim_blanks();
        self.out.push_str(mark);
        if has_blank {
            self.out.push(' ');
        }
    }

    /// The first row of a table is its head.
    fn end_table(&mut self) {
        let rows = self.table.take().unwrap_or_default();
        let width = rows.iter().map(Vec::len).max().unwrap_or(0);
        if width == 0 {
            return;
        }
        self.block();
        for (place, mut row) in rows.into_iter().filter(|row| !row.is_empty()).enumerate() {
            row.resize(width, String::new());
            let _ = writeln!(self.out, "| {} |", row.join(" | "));
            if place == 0 {
                let _ = writeln!(self.out, "|{}", " --- |".repeat(width));
            }
        }
    }

    /// An address seen from the base.
    fn whole(&self, address: &str) -> String {
        let is_whole = address
            .split_once(':')
            .is_some_and(|(scheme, _)| scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        let Some(base) = self.base.as_deref().filter(|_| !is_whole && !address.starts_with('#')) else {
            return address.to_owned();
        };
        let root_end =
            base.find("://").and_then(|start| base[start + 3..].find('/').map(|end| start + 3 + end));
        if address.starts_with("//") {
            let scheme = base.split("://").next().unwrap_or_default();
            return format!("{scheme}:{address}");
        }
        if address.starts_with('/') {
            return format!("{}{address}", &base[..root_end.unwrap_or(base.len())]);
        }
        let folder = root_end.map_or(base, |root| &base[..root + base[root..].rfind('/').unwrap_or(0)]);
        format!("{folder}/{address}")
    }
}

/// Elements that have no end.
fn is_empty(name: &str) -> bool {
    matches!(
        name,
        "br" | "hr"
            | "img"
            | "input"
            | "meta"
            | "link"
            | "source"
            | "wbr"
            | "area"
            | "base"
            | "col"
            | "embed"
    )
}
