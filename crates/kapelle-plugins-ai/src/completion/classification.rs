//! `io.kestra.plugin.ai.completion.Classification`: finds the class of a text.

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::judged::{Asking, Judgement};
use crate::chat::Format;

/// # Find the class of a text
///
/// Lets a model choose one of several classes for a text, a picture or a document. An answer that is none of the classes is
/// a failure.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Classification {
    #[serde(flatten)]
    asking: Asking,
    /// The classes to choose from.
    classes: Expr<Vec<String>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The class, as it is written in the flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    classification: Option<String>,
    #[serde(flatten)]
    judgement: Judgement,
}

const SYSTEM: &str = "You find out to which class something belongs.";

impl Task for Classification {
    const TYPE: &'static str = "io.kestra.plugin.ai.completion.Classification";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let classes = cx.render(&self.classes)?;
        if classes.is_empty() {
            return Err(Broken::new("`classes` is empty: name the classes to choose from"));
        }
        let task =
            format!("Answer with exactly one of these classes and nothing else:\n{}", classes.join("\n"));
        let (talk, judgement) = self.asking.ask(cx, SYSTEM, &task, Some(Format::Text)).await?;
        let Some(talk) = talk else { return Ok(Output { classification: None, judgement }) };
        let said = &talk.answer.said.text;
        let class = chosen(&classes, said).ok_or_else(|| {
            let said: String = said.chars().take(200).collect();
            Broken::new(format!(
                "the model answers `{said}`, which is none of the classes `{}`",
                classes.join("`, `")
            ))
        })?;
        Ok(Output { classification: Some(class.to_owned()), judgement })
    }
}

/// The class that an answer names, whatever its case and what stands around it.
fn chosen<'c>(classes: &'c [String], said: &str) -> Option<&'c str> {
    let plain = |text: &str| text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let said = plain(said);
    classes.iter().find(|class| plain(class) == said).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_found_whatever_stands_around_it() {
        let classes = ["true".to_owned(), "not sure".to_owned()];
        for (said, class) in
            [(" True.\n", Some("true")), ("**Not sure**", Some("not sure")), ("It is true", None), ("", None)]
        {
            assert_eq!(chosen(&classes, said), class, "{said}");
        }
    }
}
