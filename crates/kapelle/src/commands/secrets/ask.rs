//! A value that nobody else is to see.

use std::io::{self, BufRead, IsTerminal, Read};

use anyhow::{Context, anyhow};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::outcome::Stop;
use crate::report::printable;
use crate::terminal::{Stream, note};

/// Bytes of a value.
const VALUE_MAX: u64 = 1 << 20;

/// Asks for the value of a secret where there is somebody to ask; else it is what comes in.
pub(in crate::commands) fn value(name: &str) -> Result<String, Stop> {
    let input = io::stdin();
    let text = if input.is_terminal() {
        Stream::Err.print(format!("Value of {}: ", printable(name)).as_bytes())?;
        let silence = Silence::begin();
        let mut text = String::new();
        let read = input.lock().take(VALUE_MAX + 1).read_line(&mut text);
        drop(silence);
        note("");
        read.map(|_| text)
    } else {
        let mut text = String::new();
        input.lock().take(VALUE_MAX + 1).read_to_string(&mut text).map(|_| text)
    };
    let text = text.context("the value cannot be read")?;
    if text.len() as u64 > VALUE_MAX {
        return Err(Stop::Failed(anyhow!("the value is longer than {VALUE_MAX} bytes")));
    }
    let text = without_line_end(&text);
    if text.is_empty() {
        return Err(Stop::Usage("there is no value: type it, or hand it in on standard input".to_owned()));
    }
    Ok(text.to_owned())
}

fn without_line_end(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

/// As long as it lasts, the terminal does not show what is typed.
struct Silence(Option<Termios>);

impl Silence {
    fn begin() -> Self {
        let before = tcgetattr(io::stdin()).ok();
        if let Some(before) = &before {
            let mut silent = before.clone();
            silent.local_modes.remove(LocalModes::ECHO);
            // One that cannot be silent shows it; the value is taken all the same.
            let _shown = tcsetattr(io::stdin(), OptionalActions::Flush, &silent);
        }
        Self(before)
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            let _stays_silent = tcsetattr(io::stdin(), OptionalActions::Flush, before);
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn one_line_end_does_not_belong_to_a_value() {
        for (text, value) in [("a", "a"), ("a\n", "a"), ("a\r\n", "a"), ("a\nb\n\n", "a\nb\n"), ("", "")] {
            assert_eq!(super::without_line_end(text), value, "{text:?}");
        }
    }
}
