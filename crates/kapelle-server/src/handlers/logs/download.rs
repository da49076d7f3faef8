//! A log as a text, piece by piece: however long it is, all of it arrives, and little of it is in memory.

use std::sync::Arc;

use hyper::body::Bytes;
use kapelle_store::logs::{LogFilter, LogLine};

use super::filter;
use super::windows::lines;
use crate::answer::Answer;
use crate::call::Call;
use crate::error::Outcome;
use crate::outlines::Outlined;
use crate::piecewise::{PiecesTo, whole};
use crate::views::moment;

/// Lines of one piece.
const STEP: usize = 5_000;

pub(crate) async fn download(call: Arc<Call>) -> Outcome<Answer> {
    let asking = Arc::clone(&call);
    let outlined = move || {
        let filter = filter(&asking)?;
        let outlined = asking.app.outlines.of(&asking, &filter)?;
        Ok((filter, outlined))
    };
    let (filter, outlined) = call.app.blocking(outlined).await?;
    let name = format!("{}.log", call.variable("id"));
    let (to, body) = whole(4);
    tokio::spawn(send(call, filter, outlined, to));
    Ok(Answer::stream(body, "text/plain; charset=utf-8").attachment(&name))
}

/// Sends the lines that there are now. It breaks off if they cannot be read, and ends if nobody takes them.
async fn send(call: Arc<Call>, filter: LogFilter, outlined: Outlined, to: PiecesTo) {
    let mut from = 0;
    while from < outlined.outline.total {
        let (asking, wanted, whole) = (Arc::clone(&call), filter.clone(), outlined.clone());
        let read = call.app.blocking(move || lines(&asking, &wanted, &whole, from, STEP)).await;
        let Ok(found) = read else { return };
        if found.is_empty() {
            // Some were deleted meanwhile.
            break;
        }
        if to.send(Bytes::from(text(&found))).await.is_err() {
            return;
        }
        from += found.len() as u64;
    }
    to.end().await;
}

fn text(lines: &[LogLine]) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str(&[&moment(line.at), " ", line.level.name(), " ", &line.message, "\n"].concat());
    }
    text
}
