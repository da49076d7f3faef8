//! Secrets from the variables of the environment, or from a file that looks like them.

use std::collections::BTreeMap;

use kapelle_core::expression::plain;
use kapelle_core::expression::services::Secret;
use kapelle_model::Failure;

use super::{Secrets, secret};

/// Variables that begin so hold secrets in base64.
const PREFIX: &str = "SECRET_";

/// Which variables hold a secret as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plain {
    None,
    /// Those that begin so; the rest of the name is the key.
    Prefixed(String),
    /// All that do not begin with `SECRET_`.
    All,
}

/// Secrets by their names in capitals, the same for all tenants and namespaces.
#[derive(Clone, Default)]
pub struct SecretVariables {
    secrets: BTreeMap<String, String>,
}

impl SecretVariables {
    /// Reads variables once. What cannot be decoded is left out and told in words, without any of its value.
    pub fn read(variables: impl IntoIterator<Item = (String, String)>, plain: &Plain) -> (Self, Vec<String>) {
        let (mut secrets, mut problems) = (BTreeMap::new(), Vec::new());
        for (name, value) in variables {
            match entry(&name, value, plain) {
                Some(Ok((key, value))) => {
                    secrets.insert(key, value);
                }
                Some(Err(problem)) => problems.push(problem),
                None => {}
            }
        }
        (Self { secrets }, problems)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.secrets.len()
    }

    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }
}

impl Secrets for SecretVariables {
    fn get(&self, _tenant: &str, _namespace: &str, key: &str) -> Result<Option<Secret>, Failure> {
        Ok(self.secrets.get(&key.to_uppercase()).cloned().map(secret))
    }
}

fn entry(name: &str, value: String, plain: &Plain) -> Option<Result<(String, String), String>> {
    if let Some(key) = name.strip_prefix(PREFIX) {
        return Some(decoded(name, &value).map(|value| (key.to_uppercase(), value)));
    }
    let key = match plain {
        Plain::None => return None,
        Plain::Prefixed(prefix) => name.strip_prefix(prefix.as_str())?,
        Plain::All => name,
    };
    Some(Ok((key.to_uppercase(), value)))
}

fn decoded(name: &str, value: &str) -> Result<String, String> {
    let line: String = value.chars().filter(|character| !matches!(character, '\r' | '\n')).collect();
    let bytes = plain::from_base64(line.trim());
    let bytes = bytes.map_err(|_| format!("the variable `{name}` is no secret: its value is no base64"))?;
    String::from_utf8(bytes).map_err(|_| format!("the variable `{name}` is no secret: its value is no text"))
}

/// The variables that a file in the style of `.env` sets: `NAME=value`, with quotes and comments where they help.
pub fn dotenv(content: &str) -> Vec<(String, String)> {
    let mut variables = Vec::new();
    let mut rest = content;
    while !rest.is_empty() {
        let line_end = rest.find('\n').unwrap_or(rest.len());
        let line = rest[..line_end].trim_start();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let Some((name, value)) = line.split_once('=').filter(|(name, _)| is_name(name.trim())) else {
            rest = rest.get(line_end + 1..).unwrap_or_default();
            continue;
        };
        let start = line_end - value.len();
        let (value, end) = value_at(rest, start, line_end);
        variables.push((name.trim().to_owned(), value));
        rest = rest.get(end..).unwrap_or_default();
    }
    variables
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

/// The value that begins there, which may go over several lines in quotes, and where the next line begins.
fn value_at(text: &str, start: usize, line_end: usize) -> (String, usize) {
    let begun = start + (text[start..].len() - text[start..].trim_start_matches([' ', '\t']).len());
    if let Some(quote @ ('"' | '\'')) = text[begun..].chars().next()
        && let Some((value, end)) = quoted(&text[begun + 1..], quote)
    {
        let after = begun + 1 + end;
        let line_end = text[after..].find('\n').map_or(text.len(), |end| after + end);
        return (value, line_end + 1);
    }
    let line = text[start..line_end].trim();
    let line = line.find(" #").map_or(line, |comment| line[..comment].trim_end());
    (line.to_owned(), line_end + 1)
}

/// What stands before the closing quote, and where that ends. Backslashes mean something between double quotes only.
fn quoted(text: &str, quote: char) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            _ if character == quote => return Some((value, at + 1)),
            '\\' if quote == '"' => match characters.next()?.1 {
                'n' => value.push('\n'),
                'r' => value.push('\r'),
                't' => value.push('\t'),
                other => value.push(other),
            },
            _ => value.push(character),
        }
    }
    None
}
