//! Options that Kestra takes before the command, such as `kestra -c server.yml server standalone`. They are handed to the
//! command behind its name; one that does not know an option would not do anything about it.

use std::ffi::OsString;

use clap::Command;

/// An option that every command of Kestra's program has.
struct Global {
    long: &'static str,
    short: Option<char>,
    has_value: bool,
}

const GLOBALS: [Global; 5] = [
    Global { long: "verbose", short: Some('v'), has_value: false },
    Global { long: "log-level", short: Some('l'), has_value: true },
    Global { long: "internal-log", short: None, has_value: false },
    Global { long: "config", short: Some('c'), has_value: true },
    Global { long: "plugins", short: Some('p'), has_value: true },
];

/// The arguments with such options behind the words of the command.
pub(crate) fn moved(program: &Command, arguments: &[OsString]) -> Vec<OsString> {
    let Some((name, rest)) = arguments.split_first() else { return Vec::new() };
    let (given, rest) = leading(rest);
    if given.is_empty() || rest.is_empty() {
        return arguments.to_vec();
    }
    let (words, command) = command(program, rest);
    let known = given.into_iter().filter(|(global, _)| knows(command, global)).flat_map(|(_, texts)| texts);
    let mut moved = vec![name.clone()];
    moved.extend_from_slice(&rest[..words]);
    moved.extend(known.cloned());
    moved.extend_from_slice(&rest[words..]);
    moved
}

/// The options at the beginning, each with its texts, and what comes behind them.
fn leading(arguments: &[OsString]) -> (Vec<(&'static Global, &[OsString])>, &[OsString]) {
    let (mut given, mut rest) = (Vec::new(), arguments);
    while let Some((global, length)) = rest.first().and_then(|text| global(text.to_str()?)) {
        if rest.len() < length {
            break;
        }
        given.push((global, &rest[..length]));
        rest = &rest[length..];
    }
    (given, rest)
}

/// The option that a text is, and how many texts it has with its value.
fn global(text: &str) -> Option<(&'static Global, usize)> {
    GLOBALS.iter().find_map(|global| {
        let with_value = 1 + usize::from(global.has_value);
        if let Some(long) = text.strip_prefix("--") {
            let (name, value) =
                long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
            let length = if value.is_some() { 1 } else { with_value };
            return (name == global.long).then_some((global, length));
        }
        let letters = text.strip_prefix('-').filter(|letters| !letters.is_empty())?;
        let short = global.short?;
        if !global.has_value {
            return letters.chars().all(|letter| letter == short).then_some((global, 1));
        }
        let value = letters.strip_prefix(short)?;
        Some((global, if value.is_empty() { with_value } else { 1 }))
    })
}

/// How many words name the command, and the command.
fn command<'c>(program: &'c Command, arguments: &[OsString]) -> (usize, &'c Command) {
    let (mut words, mut command) = (0, program);
    while let Some(inner) = arguments.get(words).and_then(|word| command.find_subcommand(word)) {
        (words, command) = (words + 1, inner);
    }
    (words, command)
}

fn knows(command: &Command, global: &Global) -> bool {
    command.get_arguments().any(|argument| argument.get_long() == Some(global.long))
}

#[cfg(test)]
mod tests {
    use clap::Arg;

    use super::*;

    fn program() -> Command {
        let config = Arg::new("config").long("config").short('c');
        let verbose = Arg::new("verbose").long("verbose").short('v');
        let local = Command::new("local").arg(config.clone()).arg(verbose);
        Command::new("kestra")
            .subcommand(Command::new("server").subcommand(local))
            .subcommand(Command::new("check").arg(config))
    }

    #[test]
    fn options_before_a_command_go_behind_its_name_if_it_knows_them() {
        for (given, wanted) in [
            ("server local -c a", "server local -c a"),
            ("-c a server local --port 1", "server local -c a --port 1"),
            ("-vv --config=a -l DEBUG server local", "server local -vv --config=a"),
            ("-ca --internal-log check b", "check -ca b"),
            ("--log-level=WARN -p dir check -v", "check -v"),
            ("--version", "--version"),
            ("-c", "-c"),
            ("-c a", "-c a"),
            ("-x check", "-x check"),
        ] {
            let arguments: Vec<OsString> = format!("kestra {given}").split(' ').map(OsString::from).collect();
            let text = moved(&program(), &arguments).join(" ".as_ref());
            assert_eq!(text, *format!("kestra {wanted}"), "{given}");
        }
    }
}
