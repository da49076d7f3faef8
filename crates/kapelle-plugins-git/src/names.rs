//! Names that flows give: branches, tags, commits, directories. What is let through can be neither an option nor a pattern.

use kapelle_model::Failure;
use kapelle_plugin::files::relative;

/// Bytes of a name.
const NAME_MAX: usize = 255;

/// The full name of a branch.
pub(crate) fn branch(name: &str) -> Result<String, Failure> {
    Ok(format!("refs/heads/{}", reference(name, "branch", "refs/heads/")?))
}

/// The full name of a tag.
pub(crate) fn tag(name: &str) -> Result<String, Failure> {
    Ok(format!("refs/tags/{}", reference(name, "tag", "refs/tags/")?))
}

/// A name without what belongs to its kind, if Git takes it as one.
fn reference(written: &str, what: &str, prefix: &str) -> Result<String, Failure> {
    let name = written.trim();
    let name = name.strip_prefix(prefix).unwrap_or(name);
    let is_odd = |sign: char| sign.is_control() || " ~^:?*[\\".contains(sign);
    let is_part =
        |part: &str| !part.is_empty() && !part.starts_with('.') && part.strip_suffix(".lock").is_none();
    let is_name = !name.is_empty()
        && name.len() <= NAME_MAX
        && name != "@"
        && !name.starts_with('-')
        && !name.ends_with('.')
        && !name.contains(is_odd)
        && !name.contains("..")
        && !name.contains("@{")
        && name.split('/').all(is_part);
    if is_name {
        Ok(name.to_owned())
    } else {
        Err(Failure::new(format!("`{}` is no name of a {what} that Git takes", written.escape_debug())))
    }
}

/// The id of a commit, in hexadecimal, whole or its beginning.
pub(crate) fn commit(written: &str) -> Result<String, Failure> {
    let name = written.trim();
    let is_id = (4..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_id {
        return Ok(name.to_ascii_lowercase());
    }
    Err(Failure::new(format!(
        "`{}` in `commit` is no id of a commit: write its hexadecimal digits, all of them at best",
        written.escape_debug()
    )))
}

/// A directory of a repository, without slashes around it; empty for the repository as a whole.
pub(crate) fn directory(written: &str) -> Result<String, Failure> {
    if written.split('/').all(|part| matches!(part.trim(), "" | ".")) {
        return Ok(String::new());
    }
    let path = relative(written.trim())?;
    if path.split('/').any(|part| part.eq_ignore_ascii_case(".git")) {
        return Err(Failure::new(format!("`{path}` belongs to Git itself: choose another one")));
    }
    Ok(path)
}

/// The path of a file within a directory.
pub(crate) fn file(written: &str) -> Result<String, Failure> {
    match directory(written)? {
        path if path.is_empty() => Err(Failure::new(format!("`{written}` is no path of a file"))),
        path => Ok(path),
    }
}

/// A path within a directory.
pub(crate) fn joined(directory: &str, path: &str) -> String {
    if directory.is_empty() { path.to_owned() } else { format!("{directory}/{path}") }
}

/// What of a path is below a directory.
pub(crate) fn below<'p>(directory: &str, path: &'p str) -> Option<&'p str> {
    if directory.is_empty() { Some(path) } else { path.strip_prefix(directory)?.strip_prefix('/') }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_an_option_or_a_pattern() {
        assert_eq!(branch(" main ").unwrap(), "refs/heads/main");
        assert_eq!(branch("refs/heads/feat/x-1").unwrap(), "refs/heads/feat/x-1");
        assert_eq!(tag("v1.0").unwrap(), "refs/tags/v1.0");
        for wrong in [
            "",
            "-b",
            "--upload-pack=id",
            "a..b",
            "a b",
            "a:b",
            "*",
            "a~1",
            "a^",
            "a/",
            "/a",
            "a//b",
            ".a",
            "a/.b",
            "a.lock",
            "a.",
            "@",
            "a@{1}",
            "a\\b",
            "a\nb",
            "refs/heads/-x",
            "a[",
        ] {
            assert!(branch(wrong).is_err(), "{wrong:?}");
        }
        assert!(branch(&"a".repeat(256)).is_err());
    }

    #[test]
    fn a_commit_is_hexadecimal() {
        assert_eq!(commit(" ABCD12 ").unwrap(), "abcd12");
        for wrong in ["", "abc", "--help", "main", "HEAD", &"a".repeat(65)] {
            assert!(commit(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_directory_stays_within_the_repository() {
        for (written, expected) in
            [("", ""), (".", ""), ("/", ""), ("./", ""), ("a", "a"), ("/a/b/", "a/b"), ("./a", "a")]
        {
            assert_eq!(directory(written).unwrap(), expected, "{written}");
        }
        for wrong in ["..", "a/../b", ".git", "a/.GIT/hooks"] {
            assert!(directory(wrong).is_err(), "{wrong}");
        }
        assert_eq!(below("a", "a/b"), Some("b"));
        assert_eq!(below("a", "ab/c"), None);
        assert_eq!(below("", "b"), Some("b"));
    }
}
