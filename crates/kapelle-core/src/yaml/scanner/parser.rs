//! From tokens to events: the grammar of YAML as a machine with a stack.

use std::borrow::Cow;

use kapelle_model::Span;

use super::tokens::{Ahead, Tokens, What};
use super::{Error, Event, Kind, Style};

/// What may come next.
#[derive(Debug, Clone, Copy)]
enum State {
    DocumentStart,
    DocumentEnd,
    /// Of a list with one item per line.
    BlockItem,
    /// The same below a key that is indented as far.
    LooseItem,
    BlockKey,
    BlockValue,
    FlowItem {
        is_first: bool,
    },
    /// `[key: value]`
    PairKey,
    PairValue,
    PairEnd,
    FlowKey {
        is_first: bool,
    },
    FlowValue,
    /// Of a key without `:`.
    FlowNoValue,
}

type Found<'a> = (Event<'a>, Span);
type Step<'a> = Result<Found<'a>, Error>;

/// The events of a document, one after the other.
#[derive(Debug)]
pub(in crate::yaml) struct Parser<'a> {
    tokens: Tokens<'a>,
    state: State,
    /// What follows when the innermost value is over.
    outer: Vec<State>,
    /// Where the open lists and maps start.
    opened: Vec<usize>,
}

impl<'a> Parser<'a> {
    pub(in crate::yaml) fn new(text: &'a str) -> Self {
        Self { tokens: Tokens::new(text), state: State::DocumentStart, outer: Vec::new(), opened: Vec::new() }
    }

    /// The next event. After an error nothing sensible follows.
    pub(in crate::yaml) fn next(&mut self) -> Step<'a> {
        match self.state {
            State::DocumentStart => self.document_start(),
            State::DocumentEnd => self.document_end(),
            State::BlockItem => self.block_item(),
            State::LooseItem => self.loose_item(),
            State::BlockKey => self.block_key(),
            State::BlockValue => self.block_value(),
            State::FlowItem { is_first } => self.flow_item(is_first),
            State::PairKey => self.pair_key(),
            State::PairValue => self.pair_value(),
            State::PairEnd => self.pair_end(),
            State::FlowKey { is_first } => self.flow_key(is_first),
            State::FlowValue => self.flow_value(),
            State::FlowNoValue => self.no_value(State::FlowKey { is_first: false }),
        }
    }

    fn document_start(&mut self) -> Step<'a> {
        let mut ahead = self.tokens.peek()?;
        let is_directive = ahead.what == What::Directive;
        while ahead.what == What::Directive {
            ahead = self.advance()?;
        }
        if ahead.what == What::TextEnd && !is_directive {
            self.state = State::DocumentEnd;
            return Ok((Event::End, span(ahead.start, ahead.start)));
        }
        if ahead.what != What::DocumentStart {
            if is_directive {
                return Err(Kind::DocumentExpected.at(ahead.start, ahead.start));
            }
            return self.node(State::DocumentEnd, true);
        }
        let marker = ahead;
        ahead = self.advance()?;
        let is_empty =
            matches!(ahead.what, What::Directive | What::DocumentStart | What::DocumentEnd | What::TextEnd);
        if is_empty {
            Ok(self.empty(State::DocumentEnd, marker.end))
        } else {
            self.node(State::DocumentEnd, true)
        }
    }

    fn document_end(&mut self) -> Step<'a> {
        let mut ahead = self.tokens.peek()?;
        while ahead.what == What::DocumentEnd {
            ahead = self.advance()?;
        }
        match ahead.what {
            What::TextEnd => Ok((Event::End, span(ahead.start, ahead.start))),
            What::DocumentStart | What::Directive => Err(Kind::SecondDocument.at(ahead.start, ahead.start)),
            _ => Err(Kind::NothingExpected.at(ahead.start, ahead.start)),
        }
    }

    /// Goes over a token and looks at the one behind it.
    fn advance(&mut self) -> Result<Ahead, Error> {
        self.tokens.skip();
        self.tokens.peek()
    }

    /// A value that is not there.
    fn empty(&mut self, then: State, at: usize) -> Found<'a> {
        self.state = then;
        let value = Cow::Borrowed("");
        (Event::Scalar { value, style: Style::Plain, tag: None }, span(at, at))
    }

    fn no_value(&mut self, then: State) -> Step<'a> {
        let at = self.tokens.peek()?.start;
        Ok(self.empty(then, at))
    }

    /// A value in a flow collection.
    fn flow_node(&mut self, then: State) -> Step<'a> {
        self.any_node(then, false, false)
    }

    fn node(&mut self, then: State, is_block: bool) -> Step<'a> {
        self.any_node(then, is_block, false)
    }

    /// A value below a key, where a list needs no indentation.
    fn value_node(&mut self, then: State) -> Step<'a> {
        self.any_node(then, true, true)
    }

    fn any_node(&mut self, then: State, is_block: bool, may_be_loose: bool) -> Step<'a> {
        let mut ahead = self.tokens.peek()?;
        let start = ahead.start;
        if ahead.what == What::Alias {
            let Cow::Borrowed(name) = self.tokens.take_text() else {
                return Err(Kind::BadName.at(start, start));
            };
            self.state = then;
            return Ok((Event::Alias { name }, span(start, ahead.end)));
        }
        let mut has_anchor = false;
        let mut tag = None;
        let mut end = start;
        loop {
            match ahead.what {
                What::Anchor if !has_anchor => {
                    has_anchor = true;
                    self.tokens.skip();
                }
                What::Tag if tag.is_none() => tag = Some(self.tokens.take_text()),
                _ => break,
            }
            end = ahead.end;
            ahead = self.tokens.peek()?;
        }
        let whole = span(start, ahead.end);
        match ahead.what {
            What::Scalar(style) => {
                self.state = then;
                Ok((Event::Scalar { value: self.tokens.take_text(), style, tag }, whole))
            }
            What::Item if may_be_loose => {
                self.state = State::LooseItem;
                self.outer.push(then);
                Ok((Event::ListStart, whole))
            }
            What::FlowListStart => {
                self.open(Event::ListStart, whole, then, State::FlowItem { is_first: true })
            }
            What::FlowMapStart => self.open(Event::MapStart, whole, then, State::FlowKey { is_first: true }),
            What::BlockListStart if is_block => self.open(Event::ListStart, whole, then, State::BlockItem),
            What::BlockMapStart if is_block => self.open(Event::MapStart, whole, then, State::BlockKey),
            _ if has_anchor || tag.is_some() => {
                self.state = then;
                let value = Cow::Borrowed("");
                Ok((Event::Scalar { value, style: Style::Plain, tag }, span(start, end)))
            }
            _ => Err(Kind::ValueExpected.at(ahead.start, start)),
        }
    }

    fn open(&mut self, event: Event<'a>, span: Span, then: State, state: State) -> Step<'a> {
        self.opened.push(self.tokens.peek()?.start);
        self.tokens.skip();
        self.outer.push(then);
        self.state = state;
        Ok((event, span))
    }

    fn close(&mut self, event: Event<'a>, ahead: Ahead) -> Found<'a> {
        self.opened.pop();
        self.tokens.skip();
        self.leave();
        (event, span(ahead.start, ahead.end))
    }

    fn leave(&mut self) {
        self.state = self.outer.pop().unwrap_or(State::DocumentEnd);
    }

    /// Where the innermost list or map starts.
    fn innermost(&self) -> usize {
        self.opened.last().copied().unwrap_or_default()
    }

    fn block_item(&mut self) -> Step<'a> {
        let item = self.tokens.peek()?;
        match item.what {
            What::Item => {}
            What::BlockEnd => return Ok(self.close(Event::ListEnd, item)),
            _ => return Err(Kind::ItemExpected.at(item.start, self.innermost())),
        }
        match self.advance()?.what {
            What::Item | What::BlockEnd => Ok(self.empty(State::BlockItem, item.end)),
            _ => self.node(State::BlockItem, true),
        }
    }

    fn loose_item(&mut self) -> Step<'a> {
        let item = self.tokens.peek()?;
        if item.what != What::Item {
            self.leave();
            return Ok((Event::ListEnd, span(item.start, item.start)));
        }
        match self.advance()?.what {
            What::Item | What::Key | What::Value | What::BlockEnd => {
                Ok(self.empty(State::LooseItem, item.end))
            }
            _ => self.node(State::LooseItem, true),
        }
    }

    fn block_key(&mut self) -> Step<'a> {
        let key = self.tokens.peek()?;
        match key.what {
            What::Key => {}
            What::BlockEnd => return Ok(self.close(Event::MapEnd, key)),
            _ => return Err(Kind::KeyExpected.at(key.start, self.innermost())),
        }
        match self.advance()?.what {
            What::Key | What::Value | What::BlockEnd => Ok(self.empty(State::BlockValue, key.end)),
            _ => self.value_node(State::BlockValue),
        }
    }

    fn block_value(&mut self) -> Step<'a> {
        let value = self.tokens.peek()?;
        if value.what != What::Value {
            return Ok(self.empty(State::BlockKey, value.start));
        }
        match self.advance()?.what {
            What::Key | What::Value | What::BlockEnd => Ok(self.empty(State::BlockKey, value.end)),
            _ => self.value_node(State::BlockKey),
        }
    }

    /// Goes over the comma between two parts of a flow collection.
    fn separated(&mut self, is_first: bool, closing: char) -> Result<Ahead, Error> {
        let ahead = self.tokens.peek()?;
        if is_first || matches!((ahead.what, closing), (What::FlowListEnd, ']') | (What::FlowMapEnd, '}')) {
            return Ok(ahead);
        }
        if ahead.what == What::Comma {
            return self.advance();
        }
        let opened = self.innermost();
        Err(Kind::UnclosedBracket { opened, closing }.at(ahead.start, opened))
    }

    fn flow_item(&mut self, is_first: bool) -> Step<'a> {
        let ahead = self.separated(is_first, ']')?;
        match ahead.what {
            What::FlowListEnd => Ok(self.close(Event::ListEnd, ahead)),
            What::Key => {
                self.tokens.skip();
                self.state = State::PairKey;
                Ok((Event::MapStart, span(ahead.start, ahead.end)))
            }
            _ => self.flow_node(State::FlowItem { is_first: false }),
        }
    }

    fn pair_key(&mut self) -> Step<'a> {
        let ahead = self.tokens.peek()?;
        match ahead.what {
            What::Value | What::Comma | What::FlowListEnd => Ok(self.empty(State::PairValue, ahead.start)),
            _ => self.flow_node(State::PairValue),
        }
    }

    fn pair_value(&mut self) -> Step<'a> {
        let value = self.tokens.peek()?;
        if value.what != What::Value {
            return Ok(self.empty(State::PairEnd, value.start));
        }
        match self.advance()?.what {
            What::Comma | What::FlowListEnd => Ok(self.empty(State::PairEnd, value.end)),
            _ => self.flow_node(State::PairEnd),
        }
    }

    fn pair_end(&mut self) -> Step<'a> {
        let at = self.tokens.peek()?.start;
        self.state = State::FlowItem { is_first: false };
        Ok((Event::MapEnd, span(at, at)))
    }

    fn flow_key(&mut self, is_first: bool) -> Step<'a> {
        let key = self.separated(is_first, '}')?;
        match key.what {
            What::FlowMapEnd => return Ok(self.close(Event::MapEnd, key)),
            What::Key => {}
            _ => return self.flow_node(State::FlowNoValue),
        }
        match self.advance()?.what {
            What::Value | What::Comma | What::FlowMapEnd => Ok(self.empty(State::FlowValue, key.end)),
            _ => self.flow_node(State::FlowValue),
        }
    }

    fn flow_value(&mut self) -> Step<'a> {
        let then = State::FlowKey { is_first: false };
        let value = self.tokens.peek()?;
        if value.what != What::Value {
            return Ok(self.empty(then, value.start));
        }
        match self.advance()?.what {
            What::Comma | What::FlowMapEnd => Ok(self.empty(then, value.end)),
            _ => self.flow_node(then),
        }
    }
}

fn span(start: usize, end: usize) -> Span {
    Span::new(start as u32, end.max(start) as u32)
}
