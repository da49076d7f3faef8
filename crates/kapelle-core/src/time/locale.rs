//! Names of months and weekdays in the languages that dates are written in.

/// A language, perhaps with a country, as Java writes it: `fr`, `fr_FR`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locale(String);

impl Default for Locale {
    fn default() -> Self {
        Self("en_US".to_owned())
    }
}

impl Locale {
    pub fn tag(&self) -> &str {
        &self.0
    }
}
