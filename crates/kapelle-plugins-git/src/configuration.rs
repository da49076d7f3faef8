//! `gitConfig`: settings of Git that a flow may make. Those that name programs, files or hosts are none of them: they would
//! lead around what the installation allows.

use kapelle_core::property::text_of;
use kapelle_model::{Failure, Map, Text};

/// Settings that a flow may make, in small letters. A star stands for all of a section.
const OPEN: &[&str] = &[
    "advice.*",
    "checkout.defaultremote",
    "checkout.workers",
    "core.abbrev",
    "core.autocrlf",
    "core.bigfilethreshold",
    "core.checkstat",
    "core.compression",
    "core.eol",
    "core.filemode",
    "core.ignorecase",
    "core.longpaths",
    "core.loosecompression",
    "core.precomposeunicode",
    "core.quotepath",
    "core.safecrlf",
    "core.symlinks",
    "core.trustctime",
    "diff.renames",
    "fetch.fsckobjects",
    "fetch.parallel",
    "fetch.prune",
    "fetch.prunetags",
    "fetch.unpacklimit",
    "gc.auto",
    "http.emptyauth",
    "http.extraheader",
    "http.maxrequests",
    "http.minsessions",
    "http.postbuffer",
    "http.sslverify",
    "http.useragent",
    "http.version",
    "i18n.*",
    "init.defaultbranch",
    "merge.ff",
    "pack.compression",
    "pack.depth",
    "pack.threads",
    "pack.window",
    "pack.windowmemory",
    "protocol.version",
    "pull.ff",
    "pull.rebase",
    "push.default",
    "push.followtags",
    "transfer.fsckobjects",
    "transfer.unpacklimit",
    "user.email",
    "user.name",
];

/// Settings as pairs, if all of them are open to flows.
pub(crate) fn settings(written: &Map) -> Result<Vec<(String, Text)>, Failure> {
    let mut settings = Vec::with_capacity(written.len());
    for (name, value) in written {
        if !is_open(name) {
            return Err(Failure::new(format!(
                "the setting `{}` in `gitConfig` is not open to flows, since it may name programs, files or hosts: there \
                 are {}",
                name.escape_debug(),
                OPEN.join(", ")
            )));
        }
        let value = text_of(value).map_err(|error| Failure::new(error.text()))?;
        if value.expose().contains(['\n', '\0']) {
            return Err(Failure::new(format!("the value of `{name}` in `gitConfig` has more than one line")));
        }
        settings.push((name.to_string(), value));
    }
    Ok(settings)
}

/// Whether a setting may be made. What stands between section and name, as in `http.URL.extraHeader`, is any text.
fn is_open(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let (Some((section, _)), Some((_, key))) = (name.split_once('.'), name.rsplit_once('.')) else {
        return false;
    };
    let is_plain =
        |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let whole = format!("{section}.{key}");
    let is_named = |open: &&str| **open == whole || open.strip_suffix(".*") == Some(section);
    let has_place = name.len() != whole.len();
    is_plain(section) && is_plain(key) && OPEN.iter().any(is_named) && (!has_place || section == "http")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_programs_files_or_hosts_is_not_open() {
        for open in
            ["core.autocrlf", "core.fileMode", "http.https://h.example/.extraHeader", "user.name", "advice.x"]
        {
            assert!(is_open(open), "{open}");
        }
        for closed in [
            "core.sshCommand",
            "core.hooksPath",
            "core.fsmonitor",
            "core.askPass",
            "core.attributesFile",
            "core.excludesFile",
            "core.gitProxy",
            "credential.helper",
            "filter.x.smudge",
            "http.proxy",
            "http.cookieFile",
            "http.sslCert",
            "http.curloptResolve",
            "http.followRedirects",
            "include.path",
            "includeIf.gitdir:/.path",
            "url.a.insteadOf",
            "alias.x",
            "protocol.ext.allow",
            "diff.external",
            "remote.origin.uploadpack",
            "core",
            "core.autocrlf\n",
            "",
            "core.x.autocrlf",
        ] {
            assert!(!is_open(closed), "{closed:?}");
        }
    }
}
