//! Ids of flows, from the commands that they run.

use std::collections::BTreeSet;

use kapelle_core::expression::plain;
use kapelle_core::shape::RESERVED_FLOW_IDS;

const LENGTH_MAX: usize = 60;

/// Commands that only prepare for the next one.
const PREPARE: &[&str] =
    &["cd", "test", "[", "[[", ".", "source", "sleep", "export", "umask", "set", "ulimit", "true", ":"];

/// Programs that run what follows them.
const WRAPPERS: &[&str] = &[
    "sudo",
    "doas",
    "nice",
    "ionice",
    "chronic",
    "cronic",
    "time",
    "nohup",
    "exec",
    "env",
    "flock",
    "timeout",
    "setsid",
    "command",
    "run-one",
    "systemd-cat",
    "chrt",
    "stdbuf",
];

/// Programs that run a script or a module.
const INTERPRETERS: &[&str] = &[
    "sh", "bash", "dash", "zsh", "ksh", "python", "python2", "python3", "perl", "ruby", "php", "node",
    "java", "deno",
];

const EXTENSIONS: &[&str] = &[".sh", ".bash", ".py", ".pl", ".rb", ".php", ".js", ".ts", ".jar"];

/// Options of a wrapper whose value is the next word.
fn with_value(wrapper: &str) -> &'static [&'static str] {
    match wrapper {
        "flock" => &["-w", "-E"],
        "sudo" | "doas" | "env" => &["-u", "-g"],
        "nice" => &["-n"],
        "ionice" => &["-c", "-n", "-p"],
        "timeout" => &["-k", "-s"],
        "systemd-cat" => &["-t", "-p"],
        _ => &[],
    }
}

/// Names that no two flows share.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// A new id for the command of a line.
    pub(super) fn take(&mut self, command: &str, line: usize) -> String {
        let mut name = name_of(command).unwrap_or_else(|| format!("line-{line}"));
        if RESERVED_FLOW_IDS.contains(&name.as_str()) {
            name.push_str("-job");
        }
        let (mut free, mut number) = (name.clone(), 1);
        while self.0.contains(&free) {
            number += 1;
            free = format!("{name}-{number}");
        }
        self.0.insert(free.clone());
        free
    }
}

/// What the command is about: its program, and what it is told to do.
fn name_of(command: &str) -> Option<String> {
    let parts = command.split(['|', ';', '&', '(', ')', '{', '}', '\n']).map(words);
    let mut parts = parts.filter(|words| !words.is_empty());
    parts.find_map(|words| name_of_words(&words))
}

fn words(part: &str) -> Vec<&str> {
    let words = part.split_whitespace().map(|word| word.trim_matches(['"', '\'', '`', '!']));
    words.filter(|word| !word.is_empty()).collect()
}

fn name_of_words(words: &[&str]) -> Option<String> {
    let words = without_wrappers(words);
    let (program, arguments) = words.split_first()?;
    if PREPARE.contains(program) {
        return None;
    }
    let program = base(program);
    let (program, arguments) =
        if INTERPRETERS.contains(&program) { script(program, arguments) } else { (program, arguments) };
    let verb = arguments.first().filter(|word| is_verb(word)).copied();
    let text = verb.map_or_else(|| program.to_owned(), |verb| format!("{program}-{verb}"));
    let mut name = plain::slug(&text.replace([':', '.', '_', '/'], "-"));
    name.truncate(LENGTH_MAX);
    let name = name.trim_matches('-');
    (!name.is_empty()).then(|| name.to_owned())
}

/// Skips variables, and programs that run others with what is meant for them.
fn without_wrappers<'w, 'a>(words: &'w [&'a str]) -> &'w [&'a str] {
    let mut rest = words;
    while let Some((first, after)) = rest.split_first() {
        let is_variable = first.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        });
        if is_variable {
            rest = after;
            continue;
        }
        let wrapper = base(first);
        if !WRAPPERS.contains(&wrapper) {
            break;
        }
        rest = without_options(after, with_value(wrapper));
        // `flock` has the file of its lock there.
        if wrapper == "flock" && !rest.is_empty() {
            rest = without_options(&rest[1..], &[]);
        }
    }
    rest
}

fn without_options<'w, 'a>(words: &'w [&'a str], with_value: &[&str]) -> &'w [&'a str] {
    let mut rest = words;
    while let Some((first, after)) = rest.split_first() {
        let is_amount = first.starts_with(|c: char| c.is_ascii_digit());
        if with_value.contains(first) && !after.is_empty() {
            rest = &after[1..];
        } else if first.starts_with('-') || is_amount {
            rest = after;
        } else {
            break;
        }
    }
    rest
}

/// What an interpreter runs, and the arguments of that.
fn script<'w, 'a>(program: &'a str, arguments: &'w [&'a str]) -> (&'a str, &'w [&'a str]) {
    let Some(place) = arguments.iter().position(|word| !word.starts_with('-')) else {
        return (program, &[]);
    };
    (base(arguments[place]), &arguments[place + 1..])
}

/// The name of a program without folders and without what says how it is written.
fn base(path: &str) -> &str {
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or(path);
    EXTENSIONS.iter().find_map(|extension| name.strip_suffix(extension)).unwrap_or(name)
}

/// `renew` in `certbot renew`.
fn is_verb(word: &str) -> bool {
    word.len() <= 20
        && word.starts_with(|first: char| first.is_ascii_lowercase())
        && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_:".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_says_what_is_done() {
        for (command, expected) in [
            ("/usr/local/bin/backup.sh", "backup"),
            ("certbot -q renew", "certbot"),
            ("certbot renew -q", "certbot-renew"),
            ("cd /srv/app && php artisan schedule:run >> /dev/null 2>&1", "artisan-schedule-run"),
            ("/usr/bin/python3 /opt/jobs/sync_orders.py --all", "sync-orders"),
            ("python3 -m reports.daily", "reports-daily"),
            ("java -jar /opt/etl.jar", "etl"),
            ("nice -n 19 ionice -c2 -n7 /usr/bin/rsync -a /a /b", "rsync"),
            ("flock -n /tmp/lock /opt/poll.sh", "poll"),
            ("flock -w 5 /tmp/lock -c '/opt/poll.sh now'", "poll-now"),
            ("timeout 60s curl -fsS https://example.com/ping", "curl"),
            ("sudo -u www-data /var/www/cron.sh", "cron"),
            ("FOO=1 BAR=2 make report", "make-report"),
            ("test -x /usr/sbin/anacron || ( cd / && run-parts --report /etc/cron.daily )", "run-parts"),
            ("[ -f /tmp/x ] && logrotate /etc/logrotate.conf", "logrotate"),
            ("kill", "kill-job"),
            ("pause", "pause-job"),
            ("'$HOME/bin/x y'", "x-y"),
            ("*", "line-7"),
            ("sleep 10; ", "line-7"),
        ] {
            assert_eq!(Names::default().take(command, 7), expected, "{command}");
        }
    }

    #[test]
    fn no_two_flows_have_the_same_name() {
        let mut names = Names::default();
        let taken: Vec<_> = ["a", "a", "b", "a"].iter().map(|command| names.take(command, 1)).collect();
        assert_eq!(taken, ["a", "a-2", "b", "a-3"]);
    }
}
