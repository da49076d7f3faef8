//! What MySQL says, in our form.

use super::packets::Content;
use crate::wrong::Wrong;

/// The error that a packet tells of, without its first byte.
pub(super) fn wrong(packet: &[u8]) -> Wrong {
    let mut content = Content(packet);
    let code = content.take().map_or(0, u16::from_le_bytes);
    let message = String::from_utf8_lossy(content.0).into_owned();
    let (state, message) = match message.strip_prefix('#').and_then(|rest| rest.split_at_checked(5)) {
        Some((state, message)) => (state.to_owned(), message.to_owned()),
        None => ("HY000".to_owned(), message),
    };
    let line = message.rsplit_once("at line ").and_then(|(_, line)| line.trim().parse::<usize>().ok());
    Wrong {
        lines_before: line.map(|line| line.saturating_sub(1)),
        help: help(code).map(str::to_owned),
        is_lost: matches!(code, 1053 | 1152 | 1927),
        ..Wrong::new(message).code(format!("error {code}, SQLSTATE {state}"))
    }
}

fn help(code: u16) -> Option<&'static str> {
    Some(match code {
        1044 | 1045 | 1698 => {
            "look at `username` and `password`, and at what the user may do from this machine"
        }
        1049 => "look at the name of the database in the `url`",
        1040 | 1203 => {
            "the server has no connection left: run fewer tasks at once, or try again with `retry`"
        }
        1205 | 1213 => "two transactions were in each other's way: try again with `retry`",
        1148 | 3948 | 4166 => {
            "the server reads files of clients only if its setting `local_infile` is on, and `inputFile` names one"
        }
        1295 => "this statement takes no `parameters`: leave them out",
        _ => return None,
    })
}
