//! A printed expression with what decides about parentheses around it.

/// Tighter than every operator.
pub(super) const LEVEL_ANY: i16 = i16::MAX;

/// Looser than every operator.
const LEVEL_NONE: i16 = -1;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Reads as one whatever stands beside it, and takes accesses.
    Atom,
    /// The same, but takes no accesses.
    Collection,
    /// Signs before an atom: tighter than everything behind it.
    Signed,
    /// Operators, filters, tests.
    Chain,
}

pub(super) struct Fragment {
    text: String,
    /// Parentheses that are open before the text.
    opened: usize,
    shape: Shape,
    /// The loosest operator in it: as the right operand of something tighter it needs parentheses.
    level: i16,
    /// An operator behind it that is tighter than this one would belong to its last operand.
    open: i16,
}

impl Fragment {
    pub(super) fn atom(text: String) -> Self {
        Self { text, opened: 0, shape: Shape::Atom, level: LEVEL_ANY, open: LEVEL_ANY }
    }

    /// A list or map.
    pub(super) fn bare_collection(text: String) -> Self {
        Self { shape: Shape::Collection, ..Self::atom(text) }
    }

    pub(super) fn ternary(text: String) -> Self {
        Self { shape: Shape::Chain, level: LEVEL_NONE, open: LEVEL_NONE, ..Self::atom(text) }
    }

    pub(super) fn into_text(self) -> String {
        if self.opened == 0 {
            return self.text;
        }
        let mut text = "(".repeat(self.opened);
        text.push_str(&self.text);
        text
    }

    /// The text as something that accesses may follow.
    pub(super) fn into_base(mut self) -> String {
        if self.shape != Shape::Atom {
            self.wrap();
        }
        self.into_text()
    }

    /// The text as an operand that may hold operators of this level and tighter ones.
    pub(super) fn operand(mut self, level: i16, is_full: bool) -> String {
        if self.level < level || is_full && self.is_computed() {
            self.wrap();
        }
        self.into_text()
    }

    /// Puts `not` and signs before it, the first of them next to it.
    pub(super) fn prefix(&mut self, signs: &[&str], is_full: bool) {
        if signs.is_empty() {
            return;
        }
        if self.shape == Shape::Chain || is_full && self.is_computed() {
            self.wrap();
        }
        let mut text = String::new();
        for (index, sign) in signs.iter().enumerate().rev() {
            text.push_str(sign);
            let is_last = index == 0;
            let is_before_sign = if is_last { self.shape == Shape::Signed } else { !is_full };
            if *sign == "not" || is_before_sign {
                text.push(' ');
            }
            if is_full && !is_last {
                text.push('(');
            }
        }
        text.push_str(&"(".repeat(std::mem::take(&mut self.opened)));
        text.push_str(&self.text);
        if is_full {
            text.push_str(&")".repeat(signs.len() - 1));
        }
        (self.text, self.shape) = (text, Shape::Signed);
    }

    /// Makes it the left side of an operator of this level.
    pub(super) fn link(&mut self, level: i16, is_full: bool) {
        if level > self.open || is_full && self.is_computed() {
            self.wrap();
        }
    }

    /// Adds a link: of `level`, and with a right operand that takes operators tighter than `open`.
    pub(super) fn push(&mut self, text: &str, level: i16, open: i16) {
        self.text.push_str(text);
        self.shape = Shape::Chain;
        self.level = self.level.min(level);
        self.open = open;
    }

    fn is_computed(&self) -> bool {
        matches!(self.shape, Shape::Signed | Shape::Chain)
    }

    fn wrap(&mut self) {
        self.opened += 1;
        self.text.push(')');
        (self.shape, self.level, self.open) = (Shape::Atom, LEVEL_ANY, LEVEL_ANY);
    }
}
