//! What an engine tells while it pulls, pushes or builds: JSON, one line for each step. An error in it is the end.

use serde::Deserialize;

use super::engine::Answer;
use super::trouble::Trouble;

/// Bytes of a line.
const LINE_BYTES_MAX: usize = 1 << 20;

/// A step.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Step {
    /// What a build writes.
    pub(super) stream: Option<String>,
    pub(super) aux: Option<Aux>,
    error: Option<String>,
}

/// What a build made.
#[derive(Debug, Deserialize)]
pub(super) struct Aux {
    #[serde(rename = "ID")]
    pub(super) id: Option<String>,
}

/// Hears all steps, until there are no more or one is an error.
pub(super) async fn follow(mut answer: Answer, mut each: impl FnMut(Step)) -> Result<(), Trouble> {
    let mut steps = Steps::default();
    while let Some(piece) = answer.piece().await? {
        steps.push(&piece, &mut each)?;
    }
    steps.finish(&mut each)
}

#[derive(Default)]
struct Steps(Vec<u8>);

impl Steps {
    fn push(&mut self, mut bytes: &[u8], each: &mut impl FnMut(Step)) -> Result<(), Trouble> {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.0.extend_from_slice(&bytes[..end]);
            bytes = &bytes[end + 1..];
            self.finish(each)?;
        }
        self.0.extend_from_slice(bytes);
        if self.0.len() > LINE_BYTES_MAX {
            return Err(Trouble::Away("what Docker tells cannot be read: a line has no end".to_owned()));
        }
        Ok(())
    }

    fn finish(&mut self, each: &mut impl FnMut(Step)) -> Result<(), Trouble> {
        let line = std::mem::take(&mut self.0);
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        let step: Step = serde_json::from_slice(&line)
            .map_err(|error| Trouble::Away(format!("what Docker tells cannot be read: {error}")))?;
        if let Some(message) = step.error {
            // It was a yes before it went wrong.
            return Err(Trouble::Refused { status: 200, message });
        }
        each(step);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, size: usize) -> (Vec<String>, Result<(), Trouble>) {
        let (mut steps, mut heard) = (Steps::default(), Vec::new());
        let mut each = |step: Step| heard.extend(step.stream);
        let pieces = text.as_bytes().chunks(size).try_for_each(|piece| steps.push(piece, &mut each));
        let ended = pieces.and_then(|()| steps.finish(&mut each));
        (heard, ended)
    }

    #[test]
    fn steps_come_in_pieces_and_an_error_ends_them() {
        let text = "{\"stream\":\"a\"}\r\n\n{\"status\":\"x\",\"aux\":{\"ID\":\"i\"}}\n{\"stream\":\"b\"}";
        for size in 1..text.len() {
            assert_eq!(told(text, size), (vec!["a".to_owned(), "b".to_owned()], Ok(())));
        }
        let (heard, ended) =
            told("{\"stream\":\"a\"}\n{\"errorDetail\":{},\"error\":\"no\"}\n{\"stream\":\"b\"}", 7);
        assert_eq!(heard, ["a"]);
        assert_eq!(ended, Err(Trouble::Refused { status: 200, message: "no".to_owned() }));
        assert!(told("nonsense\n", 3).1.is_err());
    }
}
