//! Properties: `\p{Lower}`, `\p{IsGreek}`, `\p{InCyrillic}`, `\p{javaLetter}`.

use super::super::Fault;
use super::Translator;

const CATEGORIES: &[&str] = &[
    "C", "Cc", "Cf", "Cn", "Co", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl",
    "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs",
];

const ANY: &str = r"\x{0}-\x{10FFFF}";
const CASED: &str = r"\p{Lu}\p{Ll}\p{Lt}";

/// The blocks that patterns use, by their names without blanks, dashes and underscores.
const BLOCKS: &[(&str, u32, u32)] = &[
    ("basiclatin", 0x0, 0x7f),
    ("latin1supplement", 0x80, 0xff),
    ("latinextendeda", 0x100, 0x17f),
    ("latinextendedb", 0x180, 0x24f),
    ("ipaextensions", 0x250, 0x2af),
    ("spacingmodifierletters", 0x2b0, 0x2ff),
    ("combiningdiacriticalmarks", 0x300, 0x36f),
    ("greek", 0x370, 0x3ff),
    ("greekandcoptic", 0x370, 0x3ff),
    ("cyrillic", 0x400, 0x4ff),
    ("cyrillicsupplement", 0x500, 0x52f),
    ("armenian", 0x530, 0x58f),
    ("hebrew", 0x590, 0x5ff),
    ("arabic", 0x600, 0x6ff),
    ("devanagari", 0x900, 0x97f),
    ("thai", 0xe00, 0xe7f),
    ("georgian", 0x10a0, 0x10ff),
    ("hanguljamo", 0x1100, 0x11ff),
    ("latinextendedadditional", 0x1e00, 0x1eff),
    ("greekextended", 0x1f00, 0x1fff),
    ("generalpunctuation", 0x2000, 0x206f),
    ("superscriptsandsubscripts", 0x2070, 0x209f),
    ("currencysymbols", 0x20a0, 0x20cf),
    ("letterlikesymbols", 0x2100, 0x214f),
    ("numberforms", 0x2150, 0x218f),
    ("arrows", 0x2190, 0x21ff),
    ("mathematicaloperators", 0x2200, 0x22ff),
    ("miscellaneoustechnical", 0x2300, 0x23ff),
    ("boxdrawing", 0x2500, 0x257f),
    ("blockelements", 0x2580, 0x259f),
    ("geometricshapes", 0x25a0, 0x25ff),
    ("miscellaneoussymbols", 0x2600, 0x26ff),
    ("dingbats", 0x2700, 0x27bf),
    ("cjksymbolsandpunctuation", 0x3000, 0x303f),
    ("hiragana", 0x3040, 0x309f),
    ("katakana", 0x30a0, 0x30ff),
    ("cjkunifiedideographs", 0x4e00, 0x9fff),
    ("hangulsyllables", 0xac00, 0xd7af),
    ("privateusearea", 0xe000, 0xf8ff),
    ("halfwidthandfullwidthforms", 0xff00, 0xffef),
    ("emoticons", 0x1_f600, 0x1_f64f),
    ("transportandmapsymbols", 0x1_f680, 0x1_f6ff),
    ("miscellaneoussymbolsandpictographs", 0x1_f300, 0x1_f5ff),
];

impl Translator {
    /// The property behind `\p`, as a class.
    pub(super) fn property(&mut self, negated: bool, at: usize) -> Result<String, Fault> {
        let mut name = String::new();
        if self.scan.take('{') {
            while let Some(token) = self.scan.next().filter(|token| token.character != '}') {
                name.push(token.character);
            }
        } else if let Some(token) = self.scan.next_significant() {
            name.push(token.character);
        }
        self.use_tables(1, at)?;
        let Some(content) = self.content(&name) else {
            return Err((format!("there is no property `{name}`"), at));
        };
        let negation = if negated { "^" } else { "" };
        Ok(format!("[{negation}{content}]"))
    }

    /// What stands in a class for the property.
    fn content(&self, name: &str) -> Option<String> {
        if let Some((key, value)) = name.split_once('=') {
            return match key.to_ascii_lowercase().as_str() {
                "sc" | "script" => script(value),
                "blk" | "block" => block(value),
                "gc" | "general_category" => self.category(value),
                _ => None,
            };
        }
        if let Some(name) = name.strip_prefix("In") {
            return block(name);
        }
        if let Some(name) = name.strip_prefix("Is") {
            let plain = name.to_ascii_lowercase();
            return self.binary(&plain).or_else(|| self.category(name)).or_else(|| script(name));
        }
        if let Some(name) = name.strip_prefix("java") {
            return java(name).map(str::to_owned);
        }
        let posix = if self.flags.unicode { unicode_posix(name) } else { posix(name) };
        match posix {
            Some(_) if self.flags.ignore_case && matches!(name, "Lower" | "Upper") => {
                Some(if self.flags.unicode { CASED.into() } else { "A-Za-z".into() })
            }
            Some(content) => Some(content.into()),
            None => self.category(name),
        }
    }

    fn category(&self, name: &str) -> Option<String> {
        Some(match name {
            "Lu" | "Ll" | "Lt" if self.flags.ignore_case => CASED.into(),
            "LC" => CASED.into(),
            "LD" => r"\p{L}\p{Nd}".into(),
            "L1" => r"\x{0}-\x{FF}".into(),
            "all" => ANY.into(),
            "Cs" => super::NEVER.into(),
            name if CATEGORIES.contains(&name) => format!("\\p{{{name}}}"),
            _ => return None,
        })
    }

    /// Properties that a character has or has not, by their names in lower case.
    fn binary(&self, name: &str) -> Option<String> {
        let content = match name {
            "lowercase" | "uppercase" | "titlecase" if self.flags.ignore_case => CASED,
            "alphabetic" => r"\p{Alphabetic}",
            "letter" => r"\p{L}",
            "ideographic" => r"\p{Ideographic}",
            "lowercase" => r"\p{Lowercase}",
            "uppercase" => r"\p{Uppercase}",
            "titlecase" => r"\p{Lt}",
            "white_space" | "whitespace" => r"\p{White_Space}",
            "control" => r"\p{Cc}",
            "punctuation" => r"\p{P}",
            "hex_digit" | "hexdigit" => r"\p{Nd}\p{Hex_Digit}",
            "assigned" => r"\P{Cn}",
            "noncharacter_code_point" | "noncharactercodepoint" => r"\p{Noncharacter_Code_Point}",
            "digit" => r"\p{Nd}",
            "alnum" => r"\p{Alphabetic}\p{Nd}",
            "blank" => r"\p{Zs}\t",
            "graph" => r"[^\p{White_Space}\p{Cc}\p{Cn}]",
            "print" => r"[^\p{White_Space}\p{Cc}\p{Cn}]\p{Zs}",
            "word" => r"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}",
            "join_control" | "joincontrol" => r"\p{Join_Control}",
            "emoji" => r"\p{Emoji}",
            "emoji_presentation" => r"\p{Emoji_Presentation}",
            "emoji_modifier" => r"\p{Emoji_Modifier}",
            "emoji_modifier_base" => r"\p{Emoji_Modifier_Base}",
            "emoji_component" => r"\p{Emoji_Component}",
            "extended_pictographic" => r"\p{Extended_Pictographic}",
            _ => return None,
        };
        Some(content.into())
    }
}

fn posix(name: &str) -> Option<&'static str> {
    Some(match name {
        "Lower" => "a-z",
        "Upper" => "A-Z",
        "ASCII" => r"\x{0}-\x{7F}",
        "Alpha" => "A-Za-z",
        "Digit" => "0-9",
        "Alnum" => "0-9A-Za-z",
        "Punct" => r"\x{21}-\x{2F}\x{3A}-\x{40}\x{5B}-\x{60}\x{7B}-\x{7E}",
        "Graph" => r"\x{21}-\x{7E}",
        "Print" => r"\x{20}-\x{7E}",
        "Blank" => r"\x{20}\t",
        "Cntrl" => r"\x{0}-\x{1F}\x{7F}",
        "XDigit" => "0-9A-Fa-f",
        "Space" => r"\x{20}\t\n\x{B}\x{C}\r",
        _ => return None,
    })
}

/// The same under the flag `U`.
fn unicode_posix(name: &str) -> Option<&'static str> {
    Some(match name {
        "Lower" => r"\p{Lowercase}",
        "Upper" => r"\p{Uppercase}",
        "ASCII" => r"\x{0}-\x{7F}",
        "Alpha" => r"\p{Alphabetic}",
        "Digit" => r"\p{Nd}",
        "Alnum" => r"\p{Alphabetic}\p{Nd}",
        "Punct" => r"\p{P}",
        "Graph" => r"[^\p{White_Space}\p{Cc}\p{Cn}]",
        "Print" => r"[^\p{White_Space}\p{Cc}\p{Cn}]\p{Zs}",
        "Blank" => r"\p{Zs}\t",
        "Cntrl" => r"\p{Cc}",
        "XDigit" => r"\p{Nd}\p{Hex_Digit}",
        "Space" => r"\p{White_Space}",
        _ => return None,
    })
}

/// What the methods of `java.lang.Character` say.
fn java(name: &str) -> Option<&'static str> {
    Some(match name {
        "LowerCase" => r"\p{Lowercase}",
        "UpperCase" => r"\p{Uppercase}",
        "TitleCase" => r"\p{Lt}",
        "Alphabetic" => r"\p{Alphabetic}",
        "Ideographic" => r"\p{Ideographic}",
        "Digit" => r"\p{Nd}",
        "Defined" => r"\P{Cn}",
        "Letter" => r"\p{L}",
        "LetterOrDigit" => r"\p{L}\p{Nd}",
        "SpaceChar" => r"\p{Z}",
        "Whitespace" => {
            r"\t-\r\x{1C}-\x{20}\x{1680}\x{2000}-\x{2006}\x{2008}-\x{200A}\x{2028}\x{2029}\x{205F}\x{3000}"
        }
        "ISOControl" => r"\x{0}-\x{1F}\x{7F}-\x{9F}",
        "Mirrored" => r"\p{Bidi_Mirrored}",
        "JavaIdentifierStart" => r"\p{L}\p{Nl}\p{Sc}\p{Pc}",
        "JavaIdentifierPart" => {
            r"\p{L}\p{Nl}\p{Sc}\p{Pc}\p{Nd}\p{Mc}\p{Mn}\p{Cf}\x{0}-\x{8}\x{E}-\x{1B}\x{7F}-\x{9F}"
        }
        "UnicodeIdentifierStart" => r"\p{ID_Start}",
        "UnicodeIdentifierPart" => r"\p{ID_Continue}\p{Cf}\x{0}-\x{8}\x{E}-\x{1B}\x{7F}-\x{9F}",
        "IdentifierIgnorable" => r"\p{Cf}\x{0}-\x{8}\x{E}-\x{1B}\x{7F}-\x{9F}",
        _ => return None,
    })
}

fn script(name: &str) -> Option<String> {
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let content = format!("\\p{{Script={name}}}");
    (is_name && regex::Regex::new(&content).is_ok()).then_some(content)
}

fn block(name: &str) -> Option<String> {
    let is_letter = |character: &char| !matches!(character, ' ' | '-' | '_');
    let plain: String = name.to_ascii_lowercase().chars().filter(is_letter).collect();
    let (_, low, high) = BLOCKS.iter().find(|(known, ..)| *known == plain)?;
    Some(format!("\\x{{{low:X}}}-\\x{{{high:X}}}"))
}
