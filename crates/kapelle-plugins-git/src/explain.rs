//! From the words of `git` to what happened and what to do about it.

use crate::remote::{Remote, Scheme};

/// Characters of the words of the program that are shown.
const SHOWN_MAX: usize = 2000;

/// Who asked, as far as it matters for advice.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) has_login: bool,
    pub(crate) has_key: bool,
}

/// Why something with a repository elsewhere failed.
pub(crate) fn explain(words: &str, remote: &Remote, asked: Asked) -> String {
    let has = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    let place = remote.shown();
    let advice = if has(&["Host key verification failed", "REMOTE HOST IDENTIFICATION HAS CHANGED"]) {
        format!(
            "the host key of `{}` is not the one that `/etc/ssh/ssh_known_hosts` of this machine names: if the server has a \
             new key, put it there",
            remote.host
        )
    } else if has(&["Permission denied (", "Load key", "incorrect passphrase", "error in libcrypto"]) {
        let what = if asked.has_key { "`privateKey`, `passphrase` and the user" } else { "`privateKey`" };
        format!("`{place}` does not let the task in: check {what}")
    } else if has(&[
        "Authentication failed",
        "could not read Username",
        "could not read Password",
        "returned error: 401",
        "returned error: 403",
        "Invalid username",
    ]) {
        let what = if asked.has_login {
            "check `username` and `password`; most services want an access token as the password, with the right to this"
        } else {
            "give `username` and `password`; most services want an access token as the password"
        };
        format!("`{place}` does not let the task in: {what}")
    } else if has(&[
        "returned error: 301",
        "returned error: 302",
        "returned error: 307",
        "returned error: 308",
        "update url base from redirection",
    ]) {
        format!(
            "`{place}` sends those who ask to another address: write that one in `url`, often it begins with `https://`"
        )
    } else if has(&["certificate", "SSL", "TLS", "gnutls_handshake"]) && remote.scheme == Scheme::Https {
        format!(
            "the certificate of `{place}` cannot be trusted: if it is signed by an authority of your own, name that in \
             `trustedCaPemPath`"
        )
    } else if has(&["transfer closed", "Connection reset", "early EOF"]) {
        format!("the connection to `{place}` broke: try it again, or look why")
    } else if has(&["Operation too slow", "timed out", "Timeout"]) {
        format!("`{place}` answers too slowly: raise `readTimeout`, or look why")
    } else if has(&[
        "Connection refused",
        "Failed to connect",
        "Could not resolve host",
        "Network is unreachable",
    ]) {
        format!("there is no connection to `{place}`")
    } else if has(&["dubious ownership"]) {
        format!(
            "the folder `{place}` belongs to another user of this machine: give it to the one that runs the server"
        )
    } else if has(&[
        "not found",
        "does not appear to be a git repository",
        "returned error: 404",
        "does not exist",
        "not exported",
    ]) {
        format!(
            "there is no repository at `{place}`, or not for who the task logs in as: check `url` and the login"
        )
    } else if has(&["shallow", "dumb http"]) {
        format!("`{place}` cannot give a part of its history: set `depth` to 0")
    } else if has(&["No space left"]) {
        "the disk of this machine is full".to_owned()
    } else {
        format!("`git` cannot do it with `{place}`")
    };
    with_words(&advice, words)
}

/// What happened, with what the program said.
pub(crate) fn with_words(told: &str, words: &str) -> String {
    let lines = words.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("hint:"));
    let said: String = lines.collect::<Vec<_>>().join("\n");
    if said.is_empty() {
        return told.to_owned();
    }
    let start = said.char_indices().rev().nth(SHOWN_MAX).map_or(0, |(at, _)| at);
    format!("{told}\n{}", &said[start..])
}

/// The same text with stars where these secrets are.
pub(crate) fn without(secrets: &[String], text: &str) -> String {
    let mut shown = text.to_owned();
    for secret in secrets.iter().filter(|secret| !secret.trim().is_empty()) {
        shown = shown.replace(secret.as_str(), kapelle_model::MASK);
    }
    shown
}

#[cfg(test)]
mod tests {
    use kapelle_model::Text;

    use super::*;

    fn told(words: &str, asked: Asked) -> String {
        explain(words, &Remote::read(&Text::from("https://h.example/a.git")).unwrap(), asked)
    }

    #[test]
    fn the_advice_fits_what_happened() {
        let anonymous = Asked::default();
        let known = Asked { has_login: true, has_key: false };
        for (words, asked, expected) in [
            (
                "fatal: could not read Username for 'https://h.example'",
                anonymous,
                "give `username` and `password`",
            ),
            (
                "fatal: Authentication failed for 'https://h.example/a.git/'",
                known,
                "check `username` and `password`",
            ),
            ("fatal: repository 'https://h.example/a.git/' not found", known, "no repository at"),
            ("git@h: Permission denied (publickey).", anonymous, "check `privateKey`"),
            ("fatal: unable to access: The requested URL returned error: 301", known, "to another address"),
            ("fatal: unable to access: server certificate verification failed", known, "`trustedCaPemPath`"),
            ("error: RPC failed; curl 28 Operation too slow.", known, "`readTimeout`"),
            ("error: RPC failed; curl 18 transfer closed with 997 bytes remaining to read", known, "broke"),
            ("fatal: something new", known, "`git` cannot do it"),
        ] {
            let told = told(words, asked);
            assert!(told.contains(expected), "{told}");
            assert!(told.ends_with(words), "its own words are there: {told}");
        }
    }

    #[test]
    fn words_are_cut_and_secrets_taken_out() {
        let long = with_words("a", &"é".repeat(5000));
        assert!(long.chars().count() <= SHOWN_MAX + 3, "{}", long.chars().count());
        assert_eq!(without(&["canary".to_owned(), String::new()], "a canary"), "a ******");
    }
}
