//! Languages and countries that dates are written in: names of months and weekdays, forms, first days of weeks.
//!
//! The names are those of the Unicode locale data as Java 25 has them, in `locale/names.txt`: a section for each locale
//! with what it has of its own, by the letters of the pattern that write it. The rest comes from the language without
//! the country, and then from English.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::civil::Weekday;

const NAMES: &str = include_str!("locale/names.txt");

/// No locale that means something is longer.
const TAG_BYTES_MAX: usize = 64;

/// Other codes of languages that the names are kept under.
const ALIASES: &[(&str, &str)] = &[("no", "nb"), ("nn", "nb"), ("iw", "he"), ("in", "id")];

/// Countries whose weeks start on Monday, the first of a year having at least four days in it.
const ISO_WEEKS: &str = "AD AT AX BE BG CH CZ DE DK EE ES FI FJ FO FR GB GF GG GI GP GR HU IE IM IS IT JE LI LT LU MC \
                         MQ NL NO PL RE RU SE SJ SK SM VA";

/// Countries whose weeks start on Saturday.
const SATURDAY_WEEKS: &str = "AF BH DJ DZ EG IQ IR JO KW LY OM QA SD SY";

/// Countries whose weeks start on Sunday, as they do where no country is named.
const SUNDAY_WEEKS: &str = "AG AS BD BR BS BT BW BZ CA CO DM DO ET GT GU HK HN ID IL IN JM JP KE KH KR LA MH MM MO MT \
                            MX MZ NI NP PA PE PH PK PR PT PY SA SG SV TH TT TW UM US VE VI WS YE ZA ZW";

static SECTIONS: LazyLock<HashMap<&str, HashMap<&str, &str>>> = LazyLock::new(|| {
    let mut sections: HashMap<&str, HashMap<&str, &str>> = HashMap::new();
    let mut tag = "";
    for line in NAMES.lines() {
        if let Some(name) = line.strip_prefix('[') {
            tag = name.trim_end_matches(']');
        } else if let Some((key, texts)) = line.split_once(' ') {
            sections.entry(tag).or_default().insert(key, texts);
        }
    }
    sections
});

/// A language, perhaps with a country, as Java writes it: `fr`, `fr_FR`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locale(String);

impl Default for Locale {
    fn default() -> Self {
        Self("en_US".to_owned())
    }
}

impl Locale {
    /// Reads `fr`, `fr_FR`, `fr-FR`, `zh_Hant_TW` or `_CH`. Any that has the form is taken: without names of its own it
    /// is English.
    pub fn parse(text: &str) -> Result<Self, String> {
        let help = || {
            format!(
                "`{}` is no locale: write a language as in `fr`, or with a country as in `fr_FR`",
                short(text)
            )
        };
        if text.len() > TAG_BYTES_MAX || text.ends_with(['_', '-']) {
            return Err(help());
        }
        let mut parts = text.split(['_', '-']);
        let language = parts.next().unwrap_or_default();
        let is_language =
            matches!(language.len(), 0 | 2 | 3) && language.bytes().all(|byte| byte.is_ascii_lowercase());
        if !is_language {
            return Err(help());
        }
        let (mut script, mut country) = ("", "");
        for (index, part) in parts.enumerate() {
            let is_script = part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_alphabetic());
            let is_country = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_uppercase())
                || part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit());
            let is_variant = part.bytes().all(|byte| byte.is_ascii_alphanumeric());
            match index {
                0 if is_script => script = part,
                0 | 1 if is_country && country.is_empty() => country = part,
                0 if !part.is_empty() => return Err(help()),
                _ if is_variant => {}
                _ => return Err(help()),
            }
        }
        if script == "Hant" && country.is_empty() {
            country = "TW";
        }
        Ok(Self(if country.is_empty() { language.to_owned() } else { format!("{language}_{country}") }))
    }

    pub fn tag(&self) -> &str {
        &self.0
    }

    pub fn language(&self) -> &str {
        self.0.split('_').next().unwrap_or_default()
    }

    /// The country in capitals, or nothing.
    pub fn country(&self) -> &str {
        self.0.split_once('_').map_or("", |(_, country)| country)
    }

    /// The text of a key of the data.
    pub(super) fn text(&self, key: &str) -> &'static str {
        let language = self.language();
        let language =
            ALIASES.iter().find(|(alias, _)| *alias == language).map_or(language, |(_, name)| name);
        let country = match (language, self.country()) {
            ("zh", "HK" | "MO") => "HK",
            (_, country) => country,
        };
        let whole = format!("{language}_{country}");
        let found = [whole.as_str(), language, "en"].into_iter().find_map(|tag| SECTIONS.get(tag)?.get(key));
        found.copied().unwrap_or_default()
    }

    /// The names of a letter of a pattern in its count, `MMMM` for those of the months, in their order.
    pub(super) fn names(&self, key: &str) -> Vec<&'static str> {
        let mut text = self.text(key);
        if text == "=" {
            // The names that stand alone are those within a date.
            let within: String = key
                .chars()
                .map(|letter| match letter {
                    'L' => 'M',
                    'c' => 'E',
                    'q' => 'Q',
                    other => other,
                })
                .collect();
            text = self.text(&within);
        }
        text.split('|').collect()
    }

    /// The day that weeks start with, and how many days the first week of a year has at least.
    pub fn week(&self) -> (Weekday, i64) {
        let is_among = |countries: &str| countries.split(' ').any(|country| country == self.country());
        match self.country() {
            "PT" => (Weekday::Sunday, 4),
            "MV" => (Weekday::Friday, 1),
            "" => (Weekday::Sunday, 1),
            _ if is_among(ISO_WEEKS) => (Weekday::Monday, 4),
            _ if is_among(SATURDAY_WEEKS) => (Weekday::Saturday, 1),
            _ if is_among(SUNDAY_WEEKS) => (Weekday::Sunday, 1),
            _ => (Weekday::Monday, 1),
        }
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales_have_a_form() {
        let cases = [
            ("fr", "fr"),
            ("fr_FR", "fr_FR"),
            ("fr-FR", "fr_FR"),
            ("zh_Hant_TW", "zh_TW"),
            ("_CH", "_CH"),
            ("", ""),
        ];
        for (text, tag) in cases {
            assert_eq!(Locale::parse(text).unwrap().tag(), tag);
        }
        for text in ["not a locale", "FR", "french", "fr_", "fr_fr", "f", &"x".repeat(100)] {
            assert!(Locale::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_locale_has_all_names() {
        let tags = NAMES.lines().filter_map(|line| line.strip_prefix('[')?.strip_suffix(']'));
        for tag in tags {
            let locale = Locale::parse(tag).unwrap();
            for (key, count) in
                [("MMMM", 12), ("LLL", 12), ("EEEEE", 7), ("cccc", 7), ("qqq", 4), ("G", 2), ("a", 2)]
            {
                assert_eq!(locale.names(key).len(), count, "{tag} {key}");
            }
            assert!(!locale.text("full").is_empty());
        }
        assert_eq!(Locale::parse("xx_YY").unwrap().names("MMM")[0], "Jan");
        assert_eq!(Locale::parse("de_AT").unwrap().names("MMMM")[0], "Jänner");
    }
}
