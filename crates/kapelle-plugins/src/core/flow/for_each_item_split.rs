//! `io.kestra.plugin.core.flow.ForEachItem$ForEachItemSplit`: cuts the file of a `ForEachItem` into batches.

use std::io::Write;

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, Name, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::storage::{How, split_file};

/// # Cut a file into batches
///
/// The first of the three tasks that a `ForEachItem` becomes. It writes the batches, and a file that names them.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct ForEachItemSplit {
    /// The address of the file.
    items: Expr<Text>,
    /// How it is cut; a line for each batch if nothing is said.
    batch: Option<Batch>,
}

/// How a file is cut into batches; the first property that is there decides.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Batch {
    /// How many lines each batch has at most.
    rows: Option<Expr<u64>>,
    /// How large each batch is at most, such as `10MB`.
    bytes: Option<Expr<String>>,
    /// How many batches there are at most; they get the lines in turn.
    partitions: Option<Expr<u64>>,
    /// A regular expression: lines for which its first group is the same come into the same batch, others into none.
    regex_pattern: Option<Expr<String>>,
    /// What separates lines; a line break if nothing is said.
    separator: Option<Expr<String>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The address of a text file with the address of a batch on each line.
    splits: String,
}

impl Task for ForEachItemSplit {
    const TYPE: &'static str = "io.kestra.plugin.core.flow.ForEachItem$ForEachItemSplit";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl ForEachItemSplit {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        let items = cx.render(&self.items)?;
        let batch = self.batch.as_ref();
        let how = batch.map(|batch| batch.how(cx)).transpose()?.flatten().unwrap_or(How::Rows(1));
        let separator = cx.optional(batch.and_then(|batch| batch.separator.as_ref()))?;
        let separator = separator.unwrap_or_else(|| "\n".to_owned());
        let batches = split_file(cx, &items, &separator, &how)?;
        let mut list = cx.host.files().create(Name::Ending(".txt"))?;
        list.write_all(batches.join("\n").as_bytes())?;
        Ok(Output { splits: list.finish()? })
    }
}

impl Batch {
    fn how(&self, cx: &RunContext) -> Result<Option<How>, kapelle_model::Failure> {
        let (bytes, pattern) = (self.bytes.as_ref(), self.regex_pattern.as_ref());
        How::read(cx, bytes, self.partitions.as_ref(), self.rows.as_ref(), pattern)
    }
}

#[cfg(test)]
mod tests {
    use kapelle_model::Value;
    use kapelle_plugin::stage::Stage;

    use super::*;

    #[tokio::test]
    async fn the_batches_are_named_line_by_line() {
        for (more, contents) in [
            ("", vec!["b\n", "a\n", "b\n"]),
            (", batch: {rows: 2}", vec!["b\na\n", "b\n"]),
            (", batch: {rows: '{{ 3 }}'}", vec!["b\na\nb\n"]),
            (", batch: {regexPattern: '(\\w)'}", vec!["b\nb\n", "a\n"]),
        ] {
            let stage = Stage::new();
            stage.put_file("lines.txt", b"b\na\nb\n");
            let written = format!("{{items: 'kestra:///t/lines.txt'{more}}}");
            let given = stage.run::<ForEachItemSplit>(&written).await.unwrap();
            let Value::Str(splits) = &given["splits"] else { panic!("{given:?}") };
            let list = stage.content(splits.expose());
            let found: Vec<String> = list.lines().map(|uri| stage.content(uri)).collect();
            assert_eq!(found, contents, "{more}");
        }
    }

    /// They become files several at a time.
    #[tokio::test]
    async fn many_batches_stay_in_their_order() {
        for batch in ["{rows: 1}", "{partitions: 1000}"] {
            let stage = Stage::new();
            let lines: Vec<String> = (0..50).map(|number| format!("{number}\n")).collect();
            stage.put_file("lines.txt", lines.concat().as_bytes());
            let written = format!("{{items: 'kestra:///t/lines.txt', batch: {batch}}}");
            let given = stage.run::<ForEachItemSplit>(&written).await.unwrap();
            let Value::Str(splits) = &given["splits"] else { panic!("{given:?}") };
            let list = stage.content(splits.expose());
            let found: Vec<String> = list.lines().map(|uri| stage.content(uri)).collect();
            assert_eq!(found, lines, "{batch}");
        }
    }

    #[tokio::test]
    async fn an_empty_file_has_no_batches() {
        let stage = Stage::new();
        stage.put_file("empty.txt", b"");
        let given = stage.run::<ForEachItemSplit>("items: 'kestra:///t/empty.txt'").await.unwrap();
        let Value::Str(splits) = &given["splits"] else { panic!("{given:?}") };
        assert_eq!(stage.content(splits.expose()), "");
    }
}
