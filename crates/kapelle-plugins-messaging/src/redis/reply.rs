//! What a server answers, in the second version of its protocol, which every server speaks.

use std::future::Future;
use std::pin::Pin;

use kapelle_plugin::Broken;
use kapelle_plugin::ion::ROW_BYTES_MAX;

use kapelle_plugin::wire::Wire;

/// Bytes of a line: numbers, short words, errors.
const LINE_MAX: usize = 64 << 10;

/// Parts that an answer may have.
const PARTS_MAX: usize = 1_000_000;

/// Answers within answers.
const DEPTH_MAX: usize = 8;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Reply {
    Nothing,
    Word(String),
    Number(i64),
    Bytes(Vec<u8>),
    List(Vec<Reply>),
    Error(String),
}

type Reading<'w> = Pin<Box<dyn Future<Output = Result<Reply, Broken>> + Send + 'w>>;

/// The next answer.
pub(super) async fn read(wire: &mut Wire) -> Result<Reply, Broken> {
    let mut parts = PARTS_MAX;
    part(wire, DEPTH_MAX, &mut parts).await
}

fn part<'w>(wire: &'w mut Wire, depth: usize, parts: &'w mut usize) -> Reading<'w> {
    Box::pin(async move {
        let line = wire.line(LINE_MAX).await?;
        let line = String::from_utf8_lossy(&line).into_owned();
        let odd = |wire: &Wire| {
            Broken::new(format!("what answers at `{}` is no Redis: look at the port in `url`", wire.place()))
        };
        let (kind, rest) = line.split_at_checked(1).ok_or_else(|| odd(wire))?;
        match kind {
            "+" => Ok(Reply::Word(rest.to_owned())),
            "-" => Ok(Reply::Error(rest.to_owned())),
            ":" => Ok(Reply::Number(rest.parse().map_err(|_| odd(wire))?)),
            "$" | "*" if rest == "-1" => Ok(Reply::Nothing),
            "$" => {
                let size: usize = rest.parse().map_err(|_| odd(wire))?;
                if size > ROW_BYTES_MAX {
                    let place = wire.place();
                    return Err(Broken::new(format!(
                        "a value of `{place}` has {size} bytes; at most {} MB are read",
                        ROW_BYTES_MAX >> 20
                    )));
                }
                let bytes = wire.take(size + 2).await?;
                Ok(Reply::Bytes(bytes[..size].to_vec()))
            }
            "*" => {
                let count: usize = rest.parse().map_err(|_| odd(wire))?;
                if depth == 0 || count > *parts {
                    return Err(Broken::new(format!("the answer of `{}` has too many parts", wire.place())));
                }
                *parts -= count;
                let mut list = Vec::new();
                for _ in 0..count {
                    list.push(part(wire, depth - 1, parts).await?);
                }
                Ok(Reply::List(list))
            }
            _ => Err(odd(wire)),
        }
    })
}

/// What an error of the server means to those who wrote the flow.
pub(super) fn advice(error: &str, command: &str) -> String {
    let code = error.split(' ').next().unwrap_or_default();
    let advice = match code {
        "NOAUTH" | "WRONGPASS" => {
            "Look at the user and the password in `url`: `redis://user:password@host:port/0`"
        }
        "NOPERM" => {
            "The user in `url` may not do this: give it the command and the keys, those that begin with the key of the list too"
        }
        "WRONGTYPE" | "Existing" => "The key holds something of another kind: look at `key`",
        "MOVED" | "ASK" | "CROSSSLOT" => {
            "The server is one of a cluster: write the address of the node that has the key, or of a proxy before the cluster"
        }
        "READONLY" => "The server is a replica: write the address of the primary into `url`",
        "OOM" => "The memory of the server is full",
        _ if error.contains("unknown command") => return unknown(command),
        _ => return String::new(),
    };
    format!(". {advice}")
}

fn unknown(command: &str) -> String {
    let needed = match command.split_once('.').map_or(command, |(module, _)| module) {
        "JSON" => "Redis 8, or its module for JSON",
        "VADD" | "VREM" | "VSIM" => "Redis 8",
        _ => "a newer version of Redis, 6.2 at least",
    };
    format!(". It needs {needed}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_to_do() {
        for (error, command, expected) in [
            ("NOAUTH Authentication required.", "GET", "Look at the user and the password"),
            ("WRONGTYPE Operation against a key", "GET", "look at `key`"),
            ("MOVED 1 10.0.0.1:6379", "GET", "of a cluster"),
            ("ERR unknown command 'JSON.GET'", "JSON.GET", "It needs Redis 8, or its module for JSON"),
            ("ERR unknown command 'LMOVE'", "LMOVE", "6.2 at least"),
        ] {
            let told = advice(error, command);
            assert!(told.contains(expected), "{error}: {told}");
        }
        assert_eq!(advice("ERR value is not an integer", "INCRBY"), "");
    }
}
