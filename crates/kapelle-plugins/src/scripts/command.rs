//! The command line of a task: the interpreter, and all commands as its last argument.

use kapelle_model::Text;

use super::writer::lines;

/// Bytes that the kernel takes as one argument, with its end.
const ARGUMENT_BYTES_MAX: usize = 128 << 10;

/// Shells that read commands from a file by `.`.
const SHELLS: [&str; 6] = ["ash", "bash", "dash", "ksh", "sh", "zsh"];

/// Everything that the interpreter gets, in one text.
pub(super) fn joined(fail_fast: Option<&str>, before: &[Text], commands: &[Text]) -> Text {
    let first = fail_fast.map(Text::from);
    lines(first.iter().chain(before).chain(commands))
}

/// Whether the commands have to come from a file: arguments are seen by everybody on the machine, and have a limit.
pub(super) fn needs_file(interpreter: &[Text], commands: &Text) -> bool {
    let is_too_much = commands.has_secret() || commands.expose().len() >= ARGUMENT_BYTES_MAX;
    is_too_much && is_shell(interpreter)
}

fn is_shell(interpreter: &[Text]) -> bool {
    let [program, .., flag] = interpreter else { return false };
    let name = program.expose().rsplit('/').next().unwrap_or_default();
    SHELLS.contains(&name) && flag.expose().starts_with('-') && flag.expose().ends_with('c')
}

/// The command that reads a file of commands as if they stood here.
pub(super) fn reading(file: &str) -> Text {
    Text::from(format!(". {}", quoted(file)))
}

/// A word of a shell that stays as it is.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:+,=@".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(words: &[&str]) -> Vec<Text> {
        words.iter().map(|word| Text::from(*word)).collect()
    }

    #[test]
    fn commands_follow_those_before_and_the_rule_of_failing_line_by_line() {
        let all = joined(Some("set -e"), &texts(&["a", "b"]), &texts(&["c\nd"]));
        assert_eq!(all.expose(), "set -e\na\nb\nc\nd");
        assert_eq!(joined(None, &[], &texts(&["c"])).expose(), "c");
        assert_eq!(joined(Some("set -e"), &[], &[]).expose(), "set -e");
    }

    #[test]
    fn a_shell_reads_secrets_and_long_commands_from_a_file() {
        let (short, long) = (Text::from("true"), Text::from("x".repeat(ARGUMENT_BYTES_MAX)));
        let secret = short.clone().into_secret();
        for shell in [&["/bin/sh", "-c"][..], &["bash", "-ec"], &["bash", "-o", "pipefail", "-c"]] {
            assert!(!needs_file(&texts(shell), &short));
            assert!(needs_file(&texts(shell), &long) && needs_file(&texts(shell), &secret), "{shell:?}");
        }
        for other in [&["python3", "-c"][..], &["sh"], &["sh", "-x"], &[]] {
            assert!(!needs_file(&texts(other), &secret), "{other:?}");
        }
    }

    #[test]
    fn words_that_are_not_plain_are_quoted() {
        for (word, expected) in
            [("/a/b-1.py", "/a/b-1.py"), ("a b", "'a b'"), ("it's", r"'it'\''s'"), ("", "''")]
        {
            assert_eq!(quoted(word), expected);
        }
    }
}
