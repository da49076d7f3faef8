//! `.kestraignore`: files of a directory that are none of a namespace's. It is written as a `.gitignore`.

use kapelle_model::Failure;
use kapelle_plugin::files::Globs;
use kapelle_plugin::{Broken, RunContext};

use crate::names::joined;
use crate::repository::{Blob, Repository};

/// How the file is called.
const NAME: &str = ".kestraignore";

/// Lines that are read.
const LINES_MAX: usize = 1000;

/// What is left out; the last line that fits decides.
#[derive(Debug, Default)]
pub(crate) struct Ignored(Vec<(Globs, bool)>);

impl Ignored {
    /// What the file of a directory says; nothing is left out if there is none.
    pub(crate) async fn of(
        cx: &RunContext,
        git: &Repository<'_>,
        files: &[Blob],
        directory: &str,
    ) -> Result<Self, Broken> {
        let list = joined(directory, NAME);
        let list: Vec<&Blob> = files.iter().filter(|file| file.path == list).collect();
        let lines = git.read(cx, &list).await?.concat();
        Ok(Self::read(&String::from_utf8_lossy(&lines))?)
    }

    fn read(text: &str) -> Result<Self, Failure> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let rules = lines.take(LINES_MAX).map(|line| {
            let (pattern, is_ignored) = line.strip_prefix('!').map_or((line, true), |rest| (rest, false));
            Ok((Globs::of_namespace(&[pattern])?, is_ignored))
        });
        rules.collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn has(&self, path: &str) -> Result<bool, Failure> {
        if path == NAME {
            return Ok(true);
        }
        for (globs, is_ignored) in self.0.iter().rev() {
            if globs.fit(path)? {
                return Ok(*is_ignored);
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_that_fits_decides() {
        let ignored = Ignored::read("# words\n\n*.md\nbuild/\n!README.md\n").unwrap();
        for (path, expected) in [
            ("a.md", true),
            ("x/a.md", true),
            ("README.md", false),
            ("build/a.py", true),
            ("a.py", false),
            (".kestraignore", true),
        ] {
            assert_eq!(ignored.has(path).unwrap(), expected, "{path}");
        }
    }
}
