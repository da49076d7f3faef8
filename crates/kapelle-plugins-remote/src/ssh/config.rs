//! What OpenSSH's configuration for clients says of a host.

use std::path::{Path, PathBuf};

/// What is known of a host; of each word, what came first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct HostConfig {
    pub(super) host: Option<String>,
    pub(super) user: Option<String>,
    pub(super) port: Option<u16>,
    pub(super) keys: Vec<PathBuf>,
    pub(super) known_hosts: Vec<PathBuf>,
    pub(super) checking: Option<String>,
    pub(super) proxy_command: Option<String>,
}

impl HostConfig {
    /// Reads what a text says of a host. Blocks of `Match` and files that it includes are left out.
    pub(super) fn read(text: &str, host: &str, home: &Path) -> Self {
        let mut config = Self::default();
        let mut counts = true;
        for line in text.lines() {
            let Some((word, rest)) = words(line) else { continue };
            let first = rest.first().map(String::as_str).unwrap_or_default();
            let path = || PathBuf::from(expanded(first, host, home));
            match word.as_str() {
                "host" => counts = is_meant(&rest, host),
                "match" => counts = false,
                _ if !counts => {}
                "hostname" => keep(&mut config.host, || expanded(first, host, home)),
                "user" => keep(&mut config.user, || first.to_owned()),
                "port" => config.port = config.port.or_else(|| first.parse().ok()),
                "identityfile" => config.keys.push(path()),
                "userknownhostsfile" if config.known_hosts.is_empty() => {
                    config.known_hosts =
                        rest.iter().map(|file| PathBuf::from(expanded(file, host, home))).collect();
                }
                "stricthostkeychecking" => keep(&mut config.checking, || first.to_owned()),
                "proxycommand" => keep(&mut config.proxy_command, || rest.join(" ")),
                _ => {}
            }
        }
        config
    }
}

fn keep(place: &mut Option<String>, found: impl FnOnce() -> String) {
    if place.is_none() {
        *place = Some(found());
    }
}

/// A line's first word, in small letters, and the others; quotes keep blanks.
fn words(line: &str) -> Option<(String, Vec<String>)> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let end = line.find(|found: char| found.is_whitespace() || found == '=')?;
    let (word, rest) = line.split_at(end);
    let rest = rest.trim_start().trim_start_matches('=').trim();
    let mut words = Vec::new();
    for (place, part) in rest.split('"').enumerate() {
        if place % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    Some((word.to_ascii_lowercase(), words))
}

/// Whether a host fits one of the patterns, and none that begins with an exclamation mark.
fn is_meant(patterns: &[String], host: &str) -> bool {
    let fits = |pattern: &str| fits(pattern.as_bytes(), host.as_bytes());
    let is_refused = patterns.iter().filter_map(|pattern| pattern.strip_prefix('!')).any(fits);
    !is_refused && patterns.iter().filter(|pattern| !pattern.starts_with('!')).any(|pattern| fits(pattern))
}

/// Whether a name fits a pattern with `*` and `?`. Where a star was wrong, it takes one character more.
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut seen) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while seen < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, seen));
                at += 1;
            }
            Some(found) if *found == b'?' || *found == name[seen] => {
                at += 1;
                seen += 1;
            }
            _ => match &mut star {
                Some((place, taken)) => {
                    *taken += 1;
                    at = *place + 1;
                    seen = *taken;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|found| *found == b'*')
}

fn expanded(text: &str, host: &str, home: &Path) -> String {
    let home = home.display().to_string();
    let text = match text.strip_prefix("~/") {
        Some(rest) => format!("{home}/{rest}"),
        None => text.to_owned(),
    };
    text.replace("%d", &home).replace("%h", host)
}

/// A command for a connection, with its place in it.
pub(super) fn command(written: &str, host: &str, port: u16, user: &str) -> String {
    let mut text = String::new();
    let mut rest = written.chars();
    while let Some(next) = rest.next() {
        if next != '%' {
            text.push(next);
            continue;
        }
        match rest.next() {
            Some('h') => text.push_str(host),
            Some('p') => text.push_str(&port.to_string()),
            Some('r') => text.push_str(user),
            Some('%') | None => text.push('%'),
            Some(other) => text.extend(['%', other]),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
# Ours
Host web* !web9
    HostName %h.example.com
    User = deploy
    IdentityFile "~/.ssh/my keys/web"
    IdentityFile /keys/second
    ProxyCommand nc -X 5 %h %p

Match user root
    Port 1

Host *
    User nobody
    Port 2222
    StrictHostKeyChecking accept-new
    UserKnownHostsFile ~/.ssh/known /etc/known
"#;

    #[test]
    fn what_comes_first_counts() {
        let read = |host| HostConfig::read(TEXT, host, Path::new("/home/me"));
        let web = read("web1");
        assert_eq!(web.host.as_deref(), Some("web1.example.com"));
        assert_eq!((web.user.as_deref(), web.port), (Some("deploy"), Some(2222)));
        assert_eq!(web.keys, [Path::new("/home/me/.ssh/my keys/web"), Path::new("/keys/second")]);
        assert_eq!(web.known_hosts, [Path::new("/home/me/.ssh/known"), Path::new("/etc/known")]);
        assert_eq!(web.proxy_command.as_deref(), Some("nc -X 5 %h %p"));
        let other = read("web9");
        assert_eq!((other.host, other.user.as_deref(), other.keys.len()), (None, Some("nobody"), 0));
    }

    #[test]
    fn stars_take_as_much_as_they_must() {
        for (pattern, name, is_fit) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a?c", "abc", true),
            ("a*c*", "acb", true),
            ("a*d", "abc", false),
        ] {
            assert_eq!(fits(pattern.as_bytes(), name.as_bytes()), is_fit, "{pattern} {name}");
        }
    }

    #[test]
    fn a_command_knows_where_it_leads() {
        assert_eq!(command("nc %h %p %r 100%% %x", "h", 22, "me"), "nc h 22 me 100% %x");
    }
}
