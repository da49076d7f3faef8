//! `io.kestra.plugin.core.namespace.PurgeFiles`: deletes old versions of files of namespaces.

use kapelle_model::Failure;
use kapelle_plugin::{Broken, Expr, NamespaceFile, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::purge::{Behavior, BehaviorKind, Namespaces, Versions};
use kapelle_plugin::files::Globs;

/// # Delete old versions of files
///
/// Deletes versions of files of many namespaces, by default all but the last one.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PurgeFiles {
    /// A pattern of paths; without it, all files are looked at.
    file_pattern: Option<Expr<String>>,
    #[serde(flatten)]
    namespaces: Namespaces,
    /// Which versions are deleted: `{type: version, keepAmount: 1}` if nothing is said.
    behavior: Option<Behavior>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// How many versions were deleted.
    size: u64,
}

impl Task for PurgeFiles {
    const TYPE: &'static str = "io.kestra.plugin.core.namespace.PurgeFiles";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl PurgeFiles {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        let globs = Globs::of_namespace(cx.filled(self.file_pattern.as_ref())?.as_slice())?;
        let versions = self.versions(cx)?;
        let files = cx.host.namespace_files();
        let mut size = 0;
        for namespace in self.namespaces.chosen(cx, files.namespaces()?)? {
            for file in files.list(&namespace)? {
                cx.go_on()?;
                if !globs.is_empty() && !globs.fit(&file.path)? {
                    continue;
                }
                for version in superfluous(&files.versions(&namespace, &file.path)?, versions) {
                    size += u64::from(files.delete_version(&namespace, &file.path, version)?);
                }
            }
        }
        Ok(Output { size })
    }

    fn versions(&self, cx: &RunContext) -> Result<Versions, Failure> {
        let Some(behavior) = &self.behavior else { return Ok(Versions { before: None, keep: 1 }) };
        match cx.render(&behavior.kind)? {
            BehaviorKind::Version => behavior.versions(cx),
            BehaviorKind::Key => Err(Failure::new("files have no keys: write `type: version`")),
        }
    }
}

/// Which versions are deleted, of all that there are, the first one first. By its age the last one never is.
fn superfluous(all: &[NamespaceFile], versions: Versions) -> Vec<u32> {
    let newest_first = all.iter().rev();
    let old: Vec<&NamespaceFile> = match versions.before {
        Some(before) => newest_first.skip(1).filter(|file| file.created <= before).collect(),
        None => newest_first.collect(),
    };
    old.into_iter().skip(versions.keep).map(|file| file.version).collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn versions_are_deleted_by_number_or_age() {
        let moment = |second: i64| Timestamp::from_second(second).unwrap();
        let all: Vec<NamespaceFile> = (1..=4)
            .map(|version| NamespaceFile {
                path: "a".into(),
                version,
                size: 0,
                created: moment(version.into()),
            })
            .collect();
        for (before, keep, deleted) in [
            (None, 1, &[3, 2, 1][..]),
            (None, 3, &[1]),
            (None, 9, &[]),
            (None, 0, &[4, 3, 2, 1]),
            (Some(2), 0, &[2, 1]),
            (Some(9), 0, &[3, 2, 1]),
            (Some(9), 2, &[1]),
        ] {
            let versions = Versions { before: before.map(moment), keep };
            assert_eq!(superfluous(&all, versions), deleted, "{versions:?}");
        }
    }
}
