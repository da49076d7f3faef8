//! Where people look at a commit.

use crate::remote::{Remote, Scheme};

/// The page of a commit; nothing for a repository that has no pages.
pub(crate) fn commit_address(remote: &Remote, commit: &str) -> Option<String> {
    if matches!(remote.scheme, Scheme::File | Scheme::Git) {
        return None;
    }
    let origin = if remote.scheme.is_http() { remote.origin() } else { format!("https://{}", remote.host) };
    let path = remote.plain_path();
    let page = if remote.host.contains("bitbucket") {
        "commits"
    } else if remote.host.contains("gitlab") {
        "-/commit"
    } else {
        "commit"
    };
    Some(format!("{origin}/{path}/{page}/{commit}"))
}

#[cfg(test)]
mod tests {
    use kapelle_model::Text;

    use super::*;

    #[test]
    fn each_service_has_its_own_pages() {
        for (url, expected) in [
            ("https://u:p@github.com/a/b.git", Some("https://github.com/a/b/commit/c1")),
            ("git@github.com:a/b.git", Some("https://github.com/a/b/commit/c1")),
            ("ssh://git@gitlab.example:2222/a/b.git", Some("https://gitlab.example/a/b/-/commit/c1")),
            ("https://bitbucket.org/a/b", Some("https://bitbucket.org/a/b/commits/c1")),
            ("http://git.example:8080/a/b/", Some("http://git.example:8080/a/b/commit/c1")),
            ("file:///srv/b.git", None),
        ] {
            let remote = Remote::read(&Text::from(url)).unwrap();
            assert_eq!(commit_address(&remote, "c1").as_deref(), expected, "{url}");
        }
    }
}
