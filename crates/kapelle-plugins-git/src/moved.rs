//! Where a server sends those who ask for a repository: services do so for a name without `.git`, for a repository that got
//! another name, and from `http` to `https`.

use std::time::Duration;

use kapelle_http::{Request, Timeouts, Url};
use kapelle_model::Text;
use kapelle_plugin::RunContext;
use tokio::time::timeout;

use crate::remote::{Remote, Scheme};

/// What is asked for first, below the address of a repository.
const FIRST: &str = "/info/refs?service=git-upload-pack";

/// How often one is sent on.
const TIMES_MAX: usize = 3;

/// Where a repository is now. Nothing if it is where it is said to be, if it went to another host, or if that cannot be found
/// out: then `git` says why.
pub(crate) async fn moved(cx: &RunContext, remote: &Remote, wait: Duration) -> Option<Remote> {
    let mut last = None;
    for _ in 0..TIMES_MAX {
        let from = last.as_ref().unwrap_or(remote);
        match once(cx, from, wait).await {
            Some(next) => last = Some(next),
            None => break,
        }
    }
    last
}

async fn once(cx: &RunContext, remote: &Remote, wait: Duration) -> Option<Remote> {
    let url = Url::parse(&format!("{}{FIRST}", remote.address().trim_end_matches('/'))).ok()?;
    let request = Request {
        timeouts: Timeouts { connect: wait, idle: wait },
        follows_redirects: false,
        ..Request::get(url)
    };
    let client = cx.host.http();
    let response = timeout(wait, client.send(&request)).await.ok()?.ok()?;
    if !matches!(response.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let target = request.url.join(response.header("location")?).ok()?;
    next(remote, &target.to_string())
}

/// The repository that a redirect leads to, if who one is may be said there as well.
fn next(remote: &Remote, target: &str) -> Option<Remote> {
    let next = Remote::read(&Text::from(target.strip_suffix(FIRST)?)).ok()?;
    let is_same = next.scheme == remote.scheme && next.port() == remote.port();
    let is_safer = remote.scheme == Scheme::Http && next.scheme == Scheme::Https && next.port.is_none();
    (next.host == remote.host && (is_same || is_safer)).then(|| next.known_as(remote))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_host_is_gone_to() {
        let to = |from: &str, target: &str| {
            let remote = Remote::read(&Text::from(from)).unwrap();
            next(&remote, target).map(|next| format!("{} {:?}", next.address(), next.user))
        };
        let here = "https://u@h/a";
        for (from, target, expected) in [
            (here, "https://h/a.git/info/refs?service=git-upload-pack", Some("https://h/a.git Some(\"u\")")),
            ("http://h/a", "https://h/a/info/refs?service=git-upload-pack", Some("https://h/a None")),
            (here, "https://other/a/info/refs?service=git-upload-pack", None),
            (here, "http://h/a/info/refs?service=git-upload-pack", None),
            (here, "https://h:8443/a/info/refs?service=git-upload-pack", None),
            (here, "https://h/login", None),
        ] {
            assert_eq!(to(from, target).as_deref(), expected, "{target}");
        }
    }
}
