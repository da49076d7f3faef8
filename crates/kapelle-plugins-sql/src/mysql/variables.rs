//! The variables that the URL sets for a session.

use super::system::SYNTAX;
use crate::lexer::{Kind, Pieces};

/// The statement that sets what the parameter `sessionVariables` says: `name=value`, with commas or semicolons between
/// several of them. What is in quotes or in parentheses belongs to a value. Nothing, if nothing is said.
pub(super) fn assignment(variables: &str) -> Option<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0_i32;
    for (kind, range) in Pieces::new(variables, SYNTAX) {
        let piece = &variables[range];
        match (kind, piece) {
            (Kind::Sign, ",") | (Kind::Semicolon, _) if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            (Kind::Sign, "(") => depth += 1,
            (Kind::Sign, ")") => depth -= 1,
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push_str(piece);
        }
    }
    let parts = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty());
    // `@name` is a variable of the user, and `@@session.name` says it all.
    let set =
        parts.map(|part| if part.starts_with('@') { part.to_owned() } else { format!("SESSION {part}") });
    let set: Vec<String> = set.collect();
    (!set.is_empty()).then(|| format!("SET {}", set.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_told_apart() {
        for (variables, statement) in [
            ("sql_mode=ANSI_QUOTES", "SET SESSION sql_mode=ANSI_QUOTES"),
            ("a=1,b=2; @c = 3", "SET SESSION a=1, SESSION b=2, @c = 3"),
            ("sql_mode='A,B;C',b=1", "SET SESSION sql_mode='A,B;C', SESSION b=1"),
            (
                "sql_mode=(select concat(@@sql_mode,',X')),b=1",
                "SET SESSION sql_mode=(select concat(@@sql_mode,',X')), SESSION b=1",
            ),
            ("@@session.time_zone='+00:00',", "SET @@session.time_zone='+00:00'"),
        ] {
            assert_eq!(assignment(variables).as_deref(), Some(statement), "{variables}");
        }
        assert_eq!(assignment(" ,; "), None);
    }
}
