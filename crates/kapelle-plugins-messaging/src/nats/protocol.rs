//! The lines of NATS, and messages with headers.

use bytes::BytesMut;
use kapelle_model::Failure;
use kapelle_plugin::Broken;
use kapelle_plugin::ion::ROW_BYTES_MAX;

use kapelle_plugin::wire::Wire;

/// Bytes of a line; what a server tells of itself is the longest.
const LINE_MAX: usize = 1 << 20;

const VERSION: &str = "NATS/1.0";

/// A message that came.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Incoming {
    pub(super) subject: String,
    /// Which subscription it is for.
    pub(super) subscription: u64,
    /// Where an answer is waited for.
    pub(super) reply: Option<String>,
    pub(super) headers: Vec<(String, String)>,
    /// What the server says instead of a message, with its reason.
    pub(super) status: Option<(u16, String)>,
    pub(super) payload: Vec<u8>,
}

/// What the server says.
#[derive(Debug)]
pub(super) enum Said {
    Info(String),
    Message(Incoming),
    Ping,
    Pong,
    Good,
    Error(String),
}

/// Whether a text can be a subject: no blanks, no empty parts.
pub(super) fn check_subject(subject: &str, property: &str) -> Result<(), Failure> {
    let is_odd = |part: &str| {
        part.is_empty() || part.contains(|letter: char| letter.is_whitespace() || letter.is_control())
    };
    if subject.split('.').any(is_odd) {
        return Err(Failure::new(format!(
            "`{subject}` in `{property}` is no subject: it has empty parts, or blanks"
        )));
    }
    Ok(())
}

/// The bytes that send a message.
pub(super) fn publish(
    subject: &str,
    reply: Option<&str>,
    headers: &[(String, String)],
    payload: &[u8],
) -> Result<Vec<u8>, Failure> {
    let reply = reply.map_or_else(String::new, |reply| format!(" {reply}"));
    let mut head = String::new();
    if !headers.is_empty() {
        head.push_str(VERSION);
        head.push_str("\r\n");
        for (name, value) in headers {
            let is_odd = |text: &str| text.contains(['\r', '\n']);
            if name.is_empty() || name.contains(':') || is_odd(name) || is_odd(value) {
                return Err(Failure::new(format!("the header `{name}` has line breaks, or no name")));
            }
            for part in [name, ": ", value, "\r\n"] {
                head.push_str(part);
            }
        }
        head.push_str("\r\n");
    }
    let line = if head.is_empty() {
        format!("PUB {subject}{reply} {}\r\n", payload.len())
    } else {
        format!("HPUB {subject}{reply} {} {}\r\n", head.len(), head.len() + payload.len())
    };
    Ok([line.as_bytes(), head.as_bytes(), payload, b"\r\n"].concat())
}

/// The next thing that the server says.
pub(super) async fn read(wire: &mut Wire) -> Result<Said, Broken> {
    let line = wire.line(LINE_MAX).await?;
    let line = String::from_utf8_lossy(&line).into_owned();
    let odd = |wire: &Wire| {
        Broken::new(format!(
            "what answers at `{}` is no NATS server: look at the port in `url`",
            wire.place()
        ))
    };
    let (verb, rest) = line.split_once([' ', '\t']).unwrap_or((line.as_str(), ""));
    match verb.to_ascii_uppercase().as_str() {
        "INFO" => Ok(Said::Info(rest.to_owned())),
        "PING" => Ok(Said::Ping),
        "PONG" => Ok(Said::Pong),
        "+OK" => Ok(Said::Good),
        "-ERR" => Ok(Said::Error(rest.trim().trim_matches('\'').to_owned())),
        verb @ ("MSG" | "HMSG") => {
            let Head { mut message, headers, total } = head(rest, verb == "HMSG").ok_or_else(|| odd(wire))?;
            if total > ROW_BYTES_MAX {
                let limit = ROW_BYTES_MAX >> 20;
                return Err(Broken::new(format!(
                    "`{}` sends a message of {total} bytes; at most {limit} MB are read",
                    wire.place()
                )));
            }
            let body: BytesMut = wire.take(total + 2).await?;
            let (headers, payload) = body[..total].split_at_checked(headers).ok_or_else(|| odd(wire))?;
            read_headers(&mut message, headers);
            message.payload = payload.to_vec();
            Ok(Said::Message(message))
        }
        _ => Err(odd(wire)),
    }
}

struct Head {
    message: Incoming,
    /// Bytes of the headers.
    headers: usize,
    /// Bytes of headers and content.
    total: usize,
}

/// The first line of a message, after its verb.
fn head(line: &str, has_headers: bool) -> Option<Head> {
    let mut parts: Vec<&str> = line.split_ascii_whitespace().collect();
    let total = parts.pop()?.parse().ok()?;
    let headers = if has_headers { parts.pop()?.parse().ok()? } else { 0 };
    let (subject, subscription) = (parts.first()?, parts.get(1)?.parse().ok()?);
    let reply = parts.get(2).map(|reply| (*reply).to_owned());
    Some(Head {
        message: Incoming { subject: (*subject).to_owned(), subscription, reply, ..Incoming::default() },
        headers,
        total,
    })
}

fn read_headers(message: &mut Incoming, headers: &[u8]) {
    let text = String::from_utf8_lossy(headers);
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| line.strip_prefix(VERSION)).unwrap_or_default().trim();
    if !status.is_empty() {
        let (code, reason) = status.split_once(' ').unwrap_or((status, ""));
        message.status = code.parse().ok().map(|code| (code, reason.trim().to_owned()));
    }
    let entries = lines.filter_map(|line| line.split_once(':'));
    message.headers = entries.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_have_headers_or_none() {
        let plain = publish("a.b", Some("r"), &[], b"hi").unwrap();
        assert_eq!(plain, b"PUB a.b r 2\r\nhi\r\n");
        let headers = [("k".to_owned(), "v".to_owned())];
        assert_eq!(
            publish("a", None, &headers, b"hi").unwrap(),
            b"HPUB a 18 20\r\nNATS/1.0\r\nk: v\r\n\r\nhi\r\n"
        );
        assert!(publish("a", None, &[("k".to_owned(), "v\r\nx: y".to_owned())], b"").is_err());
        let mut message = Incoming::default();
        read_headers(&mut message, b"NATS/1.0 404 No Messages\r\nk: v\r\nk: w\r\n\r\n");
        assert_eq!(message.status, Some((404, "No Messages".to_owned())));
        assert_eq!(message.headers.len(), 2);
    }

    #[test]
    fn the_line_of_a_message_says_what_comes() {
        let read = head("a.b 7 reply 12 30", true).unwrap();
        assert_eq!(
            (read.message.subscription, read.message.reply.as_deref(), read.headers, read.total),
            (7, Some("reply"), 12, 30)
        );
        assert!(head("a.b 7 5", false).is_some_and(|read| read.message.reply.is_none()));
        assert!(head("a.b", false).is_none() && head("a x 5", false).is_none());
    }

    #[test]
    fn subjects_have_no_blanks() {
        assert!(check_subject("orders.>", "subject").is_ok());
        for subject in ["", "a..b", "a b", "a.\r\nPUB x 0"] {
            assert!(check_subject(subject, "subject").is_err(), "{subject}");
        }
    }
}
