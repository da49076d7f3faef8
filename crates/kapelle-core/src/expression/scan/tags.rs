//! Tags: what they read, which names they bind, and whether they match.

use std::ops::Range;

use super::{Kind, Outcome, Problem, Scanner};
use crate::expression::lexer::Operator;

/// A tag that waits for its end.
pub(super) struct Block {
    name: &'static str,
    /// The name in the opening tag.
    range: Range<usize>,
    /// Local names and guards outside of it.
    locals: usize,
    guards: usize,
}

impl Scanner<'_> {
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
                self.open("if", range);
                self.condition()
            }
            "elseif" => {
                self.check_inside(&["if"], name, range);
                self.condition()
            }
            "else" => {
                let start = range.start;
                self.check_inside(&["if", "for"], name, range);
                if self.token.kind == Kind::Name("if") {
                    let range = start..self.token.end;
                    return Err(Problem { message: "`else if` is written `elseif`".to_owned(), range });
                }
                self.expect_end("`%}`")
            }
            "for" => self.open_for(range),
            "set" => self.set(),
            "macro" => self.open_macro(range),
            "block" => {
                self.open("block", range);
                self.block_name()?;
                self.expect_end("`%}`")
            }
            "filter" => {
                self.open("filter", range);
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

    /// Reads a condition; what it tests is guarded until the block ends.
    fn condition(&mut self) -> Outcome {
        let from = self.scan.reads.len();
        self.expression()?;
        self.guards.collect(&self.scan.reads, from);
        self.expect_end("an operator or `%}`")
    }

    fn open_for(&mut self, range: Range<usize>) -> Outcome {
        self.open("for", range);
        let name = self.new_name("the name of the loop variable")?;
        if self.token.kind != Kind::Name("in") {
            return Err(self.unexpected("`in` (a loop has one variable)"));
        }
        self.advance();
        self.expression()?;
        self.locals.bind(name);
        self.locals.bind("loop");
        self.expect_end("an operator or `%}`")
    }

    fn set(&mut self) -> Outcome {
        let name = self.new_name("the name of a variable")?;
        self.expect('=', "`=`")?;
        self.expression()?;
        self.locals.bind(name);
        self.expect_end("an operator or `%}`")
    }

    fn open_macro(&mut self, range: Range<usize>) -> Outcome {
        self.open("macro", range);
        let at = self.token.start..self.token.end;
        let name = self.name("the name of the macro")?;
        if !self.scan.macros.insert(name) {
            return Err(Problem { message: format!("there is already a macro `{name}`"), range: at });
        }
        self.expect('(', "`(` and the names of the arguments")?;
        let mut is_first = true;
        while !self.is_at(')') {
            if !is_first {
                self.expect(',', "`,` or `)`")?;
            }
            is_first = false;
            let argument = self.new_name("the name of an argument")?;
            if self.is_at('=') {
                self.advance();
                self.expression()?;
            }
            self.locals.bind(argument);
        }
        self.advance();
        self.expect_end("`%}`")
    }

    fn block_name(&mut self) -> Outcome {
        match self.token.kind {
            Kind::Name(_) | Kind::Literal(_) => {
                self.advance();
                Ok(())
            }
            _ => Err(self.unexpected("the name of a block")),
        }
    }

    fn filter_chain(&mut self) -> Outcome {
        let mut settled = self.scan.reads.len();
        self.filter(&mut settled)?;
        while self.token.kind == Kind::Operator(Operator::Filter) {
            self.advance();
            self.filter(&mut settled)?;
        }
        self.expect_end("`|` or `%}`")
    }

    fn open(&mut self, name: &'static str, range: Range<usize>) {
        self.blocks.push(Block { name, range, locals: self.locals.len(), guards: self.guards.len() });
    }

    fn close(&mut self, name: &'static str, range: Range<usize>) -> Outcome {
        self.check_inside(&[name], &format!("end{name}"), range);
        if let Some(block) = self.blocks.pop_if(|block| block.name == name) {
            self.guards.truncate(block.guards);
            // Only these two open a scope; what an `if` sets stays.
            if matches!(name, "for" | "macro") {
                self.locals.truncate(block.locals);
            }
        }
        self.expect_end("`%}`")
    }

    fn check_inside(&mut self, expected: &[&str], tag: &str, range: Range<usize>) {
        let message = match self.blocks.last() {
            _ if self.blocks_broken => return,
            Some(block) if expected.contains(&block.name) => return,
            Some(block) => {
                format!("`{tag}` stands inside `{0}`, which has to end first: `{{% end{0} %}}`", block.name)
            }
            None => format!("`{tag}` without `{}` before it", expected[0]),
        };
        self.lexer.problems.push(Problem { message, range });
        self.blocks_broken = true;
    }

    pub(super) fn report_open_blocks(&mut self) {
        if self.blocks_broken {
            return;
        }
        for block in self.blocks.drain(..) {
            let message = format!("`{0}` is never closed: `{{% end{0} %}}` is missing", block.name);
            self.lexer.problems.push(Problem { message, range: block.range });
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
