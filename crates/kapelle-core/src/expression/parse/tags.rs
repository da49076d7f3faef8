//! Tags: their grammar, and whether they match.

use std::mem;
use std::ops::Range;

use kapelle_model::Span;

use super::{DEPTH_MAX, Kind, Outcome, Parser, Problem, too_deep};
use crate::expression::builtin::Kind as Builtins;
use crate::expression::lexer::Operator;
use crate::expression::tree::{Block, Body, Id, Link, LinkKind, Macro, Statement};

/// A tag that waits for its end.
pub(super) struct Frame {
    opener: Opener,
    /// The name in the opening tag.
    range: Range<usize>,
    /// What is being collected.
    pub(super) body: Body,
}

/// The opening tag with what is known about it. Parts that could not be read are missing.
enum Opener {
    If { done: Vec<(Option<Id>, Body)>, condition: Option<Id>, otherwise: Option<Body>, in_else: bool },
    For { name: Span, items: Option<Id>, looped: Option<Body> },
    Macro(Span, Vec<(Span, Option<Id>)>),
    Block(String),
    Filter(Vec<Link>),
}

impl Opener {
    const fn name(&self) -> &'static str {
        match self {
            Self::If { .. } => "if",
            Self::For { .. } => "for",
            Self::Macro(..) => "macro",
            Self::Block(_) => "block",
            Self::Filter(_) => "filter",
        }
    }
}

impl Parser<'_> {
    pub(super) fn tag(&mut self) -> Outcome {
        let start = self.lexer.piece_start();
        self.advance();
        let range = self.token.start..self.token.end;
        let name = match self.token.kind {
            Kind::Name(name) => name,
            Kind::End => {
                let message = "there is nothing between `{%` and `%}`".to_owned();
                return Err(Problem { message, range: start..range.end });
            }
            _ => return Err(self.unexpected("the name of a tag")),
        };
        self.advance();
        match name {
            "if" => {
                let opener =
                    Opener::If { done: Vec::new(), condition: None, otherwise: None, in_else: false };
                self.open(opener, range)?;
                self.condition()
            }
            "elseif" => {
                self.check_inside(&["if"], name, range);
                self.next_branch(false);
                self.condition()
            }
            "else" => {
                let start = range.start;
                self.check_inside(&["if", "for"], name, range);
                if self.token.kind == Kind::Name("if") {
                    let range = start..self.token.end;
                    return Err(Problem { message: "`else if` is written `elseif`".to_owned(), range });
                }
                self.next_branch(true);
                self.expect_end("`%}`")
            }
            "for" => self.open_for(range),
            "set" => self.set(),
            "macro" => self.open_macro(range),
            "block" => {
                self.open(Opener::Block(String::new()), range)?;
                let name = self.block_name()?;
                if let Some(Frame { opener: Opener::Block(own), .. }) = self.frames.last_mut() {
                    *own = name;
                }
                self.expect_end("`%}`")
            }
            "filter" => {
                self.open(Opener::Filter(Vec::new()), range)?;
                self.filter_chain()
            }
            "endif" => self.close("if", range),
            "endfor" => self.close("for", range),
            "endmacro" => self.close("macro", range),
            "endblock" => {
                if self.token.kind != Kind::End {
                    self.block_name()?;
                }
                self.close("block", range)
            }
            "endfilter" => self.close("filter", range),
            _ => Err(Problem { message: unknown_tag(name), range }),
        }
    }

    fn condition(&mut self) -> Outcome {
        let id = self.expression()?;
        self.expect_end("an operator or `%}`")?;
        if self.fault.is_none()
            && let Some(Frame { opener: Opener::If { condition, .. }, .. }) = self.frames.last_mut()
        {
            *condition = Some(id);
        }
        Ok(())
    }

    /// Puts the branch that ends here away.
    fn next_branch(&mut self, is_else: bool) {
        let Some(frame) = self.frames.last_mut() else { return };
        let body = mem::take(&mut frame.body);
        match &mut frame.opener {
            Opener::If { done, condition, otherwise, in_else } => {
                if *in_else {
                    *otherwise = Some(body);
                } else {
                    done.push((condition.take(), body));
                }
                *in_else = is_else;
            }
            Opener::For { looped, .. } => {
                looped.get_or_insert(body);
            }
            _ => frame.body = body,
        }
    }

    fn open_for(&mut self, range: Range<usize>) -> Outcome {
        let opener = Opener::For { name: Span::default(), items: None, looped: None };
        self.open(opener, range)?;
        let variable = self.new_name("the name of the loop variable")?;
        if self.token.kind != Kind::Name("in") {
            return Err(self.unexpected("`in` (a loop has one variable)"));
        }
        self.advance();
        let id = self.expression()?;
        self.expect_end("an operator or `%}`")?;
        if let Some(Frame { opener: Opener::For { name, items, .. }, .. }) = self.frames.last_mut() {
            (*name, *items) = (variable, self.fault.is_none().then_some(id));
        }
        Ok(())
    }

    fn set(&mut self) -> Outcome {
        let name = self.new_name("the name of a variable")?;
        self.expect('=', "`=`")?;
        let value = self.expression()?;
        self.expect_end("an operator or `%}`")?;
        if self.fault.is_none() {
            self.write(Statement::Set { name, value });
        }
        Ok(())
    }

    fn open_macro(&mut self, range: Range<usize>) -> Outcome {
        self.open(Opener::Macro(Span::default(), Vec::new()), range)?;
        let at = self.token.span();
        let name = self.name("the name of the macro")?;
        if !self.macros.insert(name) {
            return Err(Problem { message: format!("there is already a macro `{name}`"), range: at.range() });
        }
        if let Some(Frame { opener: Opener::Macro(own, _), .. }) = self.frames.last_mut() {
            *own = at;
        }
        self.expect('(', "`(` and the names of the arguments")?;
        let mut parameters = Vec::new();
        while !self.is_at(')') {
            if !parameters.is_empty() {
                self.expect(',', "`,` or `)`")?;
            }
            let argument = self.new_name("the name of an argument")?;
            let mut default = None;
            if self.is_at('=') {
                self.advance();
                default = Some(self.expression()?);
            }
            parameters.push((argument, default));
        }
        self.advance();
        self.expect_end("`%}`")?;
        if let Some(Frame { opener: Opener::Macro(_, own), .. }) = self.frames.last_mut() {
            *own = parameters;
        }
        Ok(())
    }

    fn block_name(&mut self) -> Outcome<String> {
        let name = match self.token.kind {
            Kind::Name(name) => name.to_owned(),
            Kind::Literal(literal) => literal.value().into_owned(),
            _ => return Err(self.unexpected("the name of a block")),
        };
        self.advance();
        Ok(name)
    }

    fn filter_chain(&mut self) -> Outcome {
        let mut chain = Vec::new();
        loop {
            let site = self.site(Builtins::Filter, "the name of a filter")?;
            chain.push(Link { span: site.name, end: self.previous_end as u32, kind: LinkKind::Filter(site) });
            if self.token.kind != Kind::Operator(Operator::Filter) {
                break;
            }
            self.advance();
        }
        self.expect_end("`|` or `%}`")?;
        if let Some(Frame { opener: Opener::Filter(links), .. }) = self.frames.last_mut() {
            *links = chain;
        }
        Ok(())
    }

    fn open(&mut self, opener: Opener, range: Range<usize>) -> Outcome {
        if self.frames.len() == DEPTH_MAX {
            self.frames_broken = true;
            return Err(too_deep(range));
        }
        self.frames.push(Frame { opener, range, body: Body::new() });
        Ok(())
    }

    fn close(&mut self, name: &'static str, range: Range<usize>) -> Outcome {
        self.check_inside(&[name], &format!("end{name}"), range);
        if let Some(frame) = self.frames.pop_if(|frame| frame.opener.name() == name) {
            self.complete(frame);
        }
        self.expect_end("`%}`")
    }

    /// Makes a statement of a tag with its end.
    fn complete(&mut self, frame: Frame) {
        let body = frame.body;
        let statement = match frame.opener {
            Opener::If { mut done, condition, otherwise, in_else } => {
                let otherwise = if in_else {
                    body
                } else {
                    done.push((condition, body));
                    otherwise.unwrap_or_default()
                };
                Statement::If { branches: done, otherwise }
            }
            Opener::For { name, items, looped } => match looped {
                Some(looped) => Statement::For { name, items, body: looped, otherwise: Some(body) },
                None => Statement::For { name, items, body, otherwise: None },
            },
            Opener::Macro(name, parameters) => {
                self.tree.macros.push(Macro { name, parameters, body });
                Statement::Macro(self.tree.macros.len() - 1)
            }
            Opener::Block(name) => {
                self.tree.blocks.push(Block { name: name.into(), body });
                Statement::Block(self.tree.blocks.len() - 1)
            }
            Opener::Filter(links) => Statement::Filter { links, body },
        };
        self.write(statement);
    }

    fn check_inside(&mut self, expected: &[&str], tag: &str, range: Range<usize>) {
        let message = match self.frames.last() {
            _ if self.frames_broken => return,
            Some(frame) if expected.contains(&frame.opener.name()) => return,
            Some(frame) => {
                let name = frame.opener.name();
                format!("`{tag}` stands inside `{name}`, which has to end first: `{{% end{name} %}}`")
            }
            None => format!("`{tag}` without `{}` before it", expected[0]),
        };
        self.lexer.problems.push(Problem { message, range });
        self.frames_broken = true;
    }

    /// At the end of the text no tag may be open.
    pub(super) fn end_frames(&mut self) {
        while let Some(frame) = self.frames.pop() {
            if !self.frames_broken {
                let name = frame.opener.name();
                let message = format!("`{name}` is never closed: `{{% end{name} %}}` is missing");
                self.lexer.problems.push(Problem { message, range: frame.range.clone() });
            }
            self.complete(frame);
        }
    }
}

fn unknown_tag(name: &str) -> String {
    let instead = match name {
        "elif" | "elsif" => "write `elseif`",
        "with" => "write `set`",
        "endraw" => "`raw` and `endraw` have to stand on the same line",
        "endverbatim" => "there is no `verbatim` before it",
        "include" | "extends" | "import" | "from" | "embed" => "a flow has no other templates to read from",
        _ => {
            "there are `if`, `for`, `set`, `macro`, `block`, `filter`, `raw` and `verbatim`; a print is `{{ … }}`"
        }
    };
    format!("there is no tag `{name}`: {instead}")
}
