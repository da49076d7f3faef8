//! Addresses of mail, as people write them: `ops@example.com`, `Ann Lee <ann@example.com>`.

/// Bytes of an address: servers take no more.
const ADDRESS_MAX: usize = 254;

/// Somebody who gets mail or sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// What people read; empty if there is none.
    pub(crate) name: String,
    /// What servers read. It holds no space, no line break and no angle bracket.
    pub(crate) mailbox: String,
}

impl Address {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (name, mailbox) = match (text.strip_suffix('>'), text.rfind('<')) {
            (Some(inner), Some(start)) => (unquoted(&text[..start])?, inner[start + 1..].trim()),
            _ => (String::new(), text),
        };
        check(mailbox)?;
        Ok(Self { name, mailbox: mailbox.to_owned() })
    }

    /// All addresses of a text, between semicolons or commas.
    pub(crate) fn parse_all(text: &str) -> Result<Vec<Self>, String> {
        split(text).into_iter().filter(|part| !part.trim().is_empty()).map(Self::parse).collect()
    }

    /// What stands behind the `@`.
    pub(crate) fn domain(&self) -> &str {
        self.mailbox.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// Cuts at semicolons and commas, but not within quotes and brackets. A comma before any `@` is part of a name:
/// `Lee, Ann <ann@example.com>`.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut is_quoted, mut is_escaped, mut is_inside, mut has_at) =
        (0, false, false, false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '<' => is_inside = true,
            '>' => is_inside = false,
            '@' => has_at = true,
            ';' | ',' if !is_inside && (has_at || character == ';') => {
                parts.push(&text[start..at]);
                (start, has_at) = (at + 1, false);
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// A name without the quotes around it.
fn unquoted(name: &str) -> Result<String, String> {
    let name = name.trim();
    let name = match name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => {
            let mut plain = String::new();
            let mut characters = inner.chars();
            while let Some(character) = characters.next() {
                plain.extend(if character == '\\' { characters.next() } else { Some(character) });
            }
            plain
        }
        None => name.to_owned(),
    };
    if name.chars().any(char::is_control) {
        return Err(format!(
            "the name `{}` has a line break or another control character",
            name.escape_debug()
        ));
    }
    Ok(name)
}

fn check(mailbox: &str) -> Result<(), String> {
    let wrong = |reason: &str| Err(format!("`{}` is no address of mail: {reason}", mailbox.escape_debug()));
    let Some((local, domain)) = mailbox.rsplit_once('@') else { return wrong("it has no @") };
    let is_bad = |character: char| {
        character.is_whitespace() || character.is_control() || "<>()[],;:\\\"@".contains(character)
    };
    if local.is_empty() || domain.is_empty() {
        return wrong("something is missing beside the @");
    }
    if mailbox.len() > ADDRESS_MAX {
        return wrong("it is longer than 254 bytes");
    }
    let literal = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_literal = literal.is_some_and(|inner| {
        inner.chars().all(|character| character.is_ascii_alphanumeric() || ".:".contains(character))
    });
    if local.contains(is_bad) || (domain.contains(is_bad) && !is_literal) {
        return wrong("it has a space or a character that addresses do not have");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        match Address::parse_all(text) {
            Ok(all) => {
                let all: Vec<_> = all.iter().map(|one| format!("{}|{}", one.name, one.mailbox)).collect();
                all.join(" & ")
            }
            Err(reason) => reason,
        }
    }

    #[test]
    fn addresses_are_read_as_people_write_them() {
        for (text, meant) in [
            ("a@b.c", "|a@b.c"),
            ("a@b.c;d@e.f", "|a@b.c & |d@e.f"),
            ("a@b.c, d@e.f ;", "|a@b.c & |d@e.f"),
            ("Ann <a@b.c>", "Ann|a@b.c"),
            ("Lee, Ann <a@b.c>, Bob <b@b.c>", "Lee, Ann|a@b.c & Bob|b@b.c"),
            (r#""Lee; \"Ann\" <x>" <a@b.c>; d@e.f"#, r#"Lee; "Ann" <x>|a@b.c & |d@e.f"#),
            ("Jürgen Müller <j@bücher.de>", "Jürgen Müller|j@bücher.de"),
            ("root@[127.0.0.1]", "|root@[127.0.0.1]"),
            ("", ""),
        ] {
            assert_eq!(told(text), meant, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_told() {
        for (text, reason) in [
            ("ann", "`ann` is no address of mail: it has no @"),
            ("@b.c", "`@b.c` is no address of mail: something is missing beside the @"),
            ("a@b.c>\r\nRCPT TO:<x@y.z", "it has a space or a character that addresses do not have"),
            ("a b@c.d", "it has a space"),
            ("Ann\r\nBcc: x <a@b.c>", r"the name `Ann\r\nBcc: x` has a line break"),
            ("a@b[c].d", "it has a space or a character"),
        ] {
            assert!(told(text).contains(reason), "{text}: {}", told(text));
        }
        assert!(told(&format!("{}@b.c", "a".repeat(300))).contains("longer than 254 bytes"));
    }
}
