//! Types of DuckDB, from their names.

/// Types in types.
const DEPTH_MAX: usize = 20;

/// What a column holds, as far as it matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Bool,
    Whole,
    Float,
    Double,
    Decimal,
    Date,
    Time,
    /// Without a zone.
    Moment,
    /// With one.
    Zoned,
    Blob,
    Json,
    List(Box<Type>),
    Map(Box<Type>, Box<Type>),
    /// The fields with the types; those of an unnamed one have no names.
    Struct(Vec<(String, Type)>),
    /// Texts, and everything that is told as one: numbers of more than 64 bits, intervals, UUIDs, enums.
    Text,
}

impl Type {
    pub(super) fn read(name: &str) -> Self {
        Reader(name).whole(DEPTH_MAX).unwrap_or(Self::Text)
    }

    fn plain(name: &str) -> Self {
        match name {
            "BOOLEAN" => Self::Bool,
            "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" | "UTINYINT" | "USMALLINT" | "UINTEGER" => {
                Self::Whole
            }
            "FLOAT" => Self::Float,
            "DOUBLE" => Self::Double,
            "DATE" => Self::Date,
            "TIME" | "TIME WITH TIME ZONE" | "TIME_NS" => Self::Time,
            "TIMESTAMP" | "TIMESTAMP_S" | "TIMESTAMP_MS" | "TIMESTAMP_NS" => Self::Moment,
            "TIMESTAMP WITH TIME ZONE" => Self::Zoned,
            "BLOB" => Self::Blob,
            "JSON" => Self::Json,
            _ => Self::Text,
        }
    }
}

/// What of a name is still to be read.
struct Reader<'n>(&'n str);

impl Reader<'_> {
    /// A type with everything that belongs to it. Nothing if it is not understood.
    fn whole(&mut self, depth: usize) -> Option<Type> {
        let depth = depth.checked_sub(1)?;
        let end = self.0.find(['(', '[', ',', ')']).unwrap_or(self.0.len());
        let (name, rest) = self.0.split_at(end);
        self.0 = rest;
        let mut ty = match (name.trim(), self.take("(")) {
            (name, false) => Type::plain(name),
            ("STRUCT", true) => Type::Struct(self.fields(depth)?),
            ("MAP", true) => {
                let key = self.whole(depth)?;
                let value = self.take(",").then(|| self.whole(depth))??;
                self.take(")").then_some(Type::Map(Box::new(key), Box::new(value)))?
            }
            (name, true) => {
                self.skip_parentheses()?;
                if name == "DECIMAL" { Type::Decimal } else { Type::Text }
            }
        };
        while self.take("[") {
            let end = self.0.find(']')?;
            self.0 = &self.0[end + 1..];
            ty = Type::List(Box::new(ty));
        }
        Some(ty)
    }

    fn fields(&mut self, depth: usize) -> Option<Vec<(String, Type)>> {
        let mut fields = Vec::new();
        loop {
            let name = self.name();
            fields.push((name, self.whole(depth)?));
            if self.take(")") {
                return Some(fields);
            }
            self.take(",").then_some(())?;
        }
    }

    /// The name of a field, if one stands before the type.
    fn name(&mut self) -> String {
        self.0 = self.0.trim_start();
        if let Some(quoted) = self.0.strip_prefix('"') {
            let mut signs = quoted.char_indices().peekable();
            while let Some((at, sign)) = signs.next() {
                if sign == '"' && signs.next_if(|(_, next)| *next == '"').is_none() {
                    self.0 = &quoted[at + 1..];
                    return quoted[..at].replace("\"\"", "\"");
                }
            }
        }
        let end = self.0.find(['(', '[', ',', ')', ' ']).unwrap_or(self.0.len());
        let (first, rest) = self.0.split_at(end);
        if !rest.starts_with(' ') || rest.starts_with(" WITH TIME ZONE") {
            return String::new();
        }
        self.0 = rest;
        first.to_owned()
    }

    /// Passes what stands in parentheses, the first of which was passed already. Values of enums stand in quotes.
    fn skip_parentheses(&mut self) -> Option<()> {
        let (mut depth, mut quote) = (1_usize, None);
        for (at, sign) in self.0.char_indices() {
            match sign {
                sign if Some(sign) == quote => quote = None,
                '\'' | '"' if quote.is_none() => quote = Some(sign),
                '(' if quote.is_none() => depth += 1,
                ')' if quote.is_none() => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.0 = &self.0[at + 1..];
                return Some(());
            }
        }
        None
    }

    fn take(&mut self, sign: &str) -> bool {
        match self.0.trim_start().strip_prefix(sign) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_types_are_read() {
        let list = |ty| Type::List(Box::new(ty));
        let field = |name: &str, ty| (name.to_owned(), ty);
        for (name, ty) in [
            ("INTEGER", Type::Whole),
            ("HUGEINT", Type::Text),
            ("DECIMAL(9,3)", Type::Decimal),
            ("TIMESTAMP WITH TIME ZONE", Type::Zoned),
            ("DOUBLE[]", list(Type::Double)),
            ("INTEGER[2][]", list(list(Type::Whole))),
            ("ENUM('a', 'b,c'')d')[]", list(Type::Text)),
            ("UNION(k INTEGER)", Type::Text),
            ("MAP(INTEGER, DATE)", Type::Map(Box::new(Type::Whole), Box::new(Type::Date))),
            (
                "STRUCT(a INTEGER, \"b c\" DECIMAL(2,1)[], \"q\"\"u\" STRUCT(x JSON))",
                Type::Struct(vec![
                    field("a", Type::Whole),
                    field("b c", list(Type::Decimal)),
                    field("q\"u", Type::Struct(vec![field("x", Type::Json)])),
                ]),
            ),
            (
                "STRUCT(INTEGER, TIMESTAMP WITH TIME ZONE, DECIMAL(2,1))",
                Type::Struct(vec![field("", Type::Whole), field("", Type::Zoned), field("", Type::Decimal)]),
            ),
            ("SOMETHING NEW", Type::Text),
            ("STRUCT(a", Type::Text),
            ("", Type::Text),
        ] {
            assert_eq!(Type::read(name), ty, "{name}");
        }
        assert_eq!(Type::read(&"STRUCT(a ".repeat(100)), Type::Text);
    }
}
