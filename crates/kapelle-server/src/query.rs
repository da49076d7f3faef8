//! The query of a request: names with values, in their order, decoded.

use crate::address::percent_decoded;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Reads a query, or a form in the same notation. What is no text is left out.
    pub(crate) fn read(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).filter_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decoded(name)?, decoded(value)?))
        });
        Self { pairs: pairs.collect() }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn all<'q>(&'q self, name: &'q str) -> impl Iterator<Item = &'q str> {
        self.pairs.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The query without a parameter.
    pub(crate) fn without(&self, name: &str) -> Self {
        let rest = self.pairs.iter().filter(|(known, _)| known != name);
        Self { pairs: rest.cloned().collect() }
    }

    /// Only the parameters whose names begin so.
    pub(crate) fn beginning(&self, prefix: &str) -> Self {
        let kept = self.pairs.iter().filter(|(known, _)| known.starts_with(prefix));
        Self { pairs: kept.cloned().collect() }
    }

    /// Whether a flag is set: there without a value, or as `true`.
    pub(crate) fn is_set(&self, name: &str) -> bool {
        self.flag(name).unwrap_or(false)
    }

    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.get(name).map(|value| value.is_empty() || value.eq_ignore_ascii_case("true"))
    }
}

fn decoded(text: &str) -> Option<String> {
    String::from_utf8(percent_decoded(&text.replace('+', " "))?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_come_again_and_are_decoded_once() {
        let query = Query::read("labels=a%3Ab&labels=c+d&wait&filters%5Bq%5D%5BEQUALS%5D=x%2525&bad=%f");
        assert_eq!(query.all("labels").collect::<Vec<_>>(), ["a:b", "c d"]);
        assert!(query.is_set("wait") && !query.is_set("labels") && query.get("bad").is_none());
        assert_eq!(query.get("filters[q][EQUALS]"), Some("x%25"));
    }
}
