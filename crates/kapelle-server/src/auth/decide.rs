//! Whether a request is let in, from what is known about it. Pure: looking things up was done before.

use std::sync::Arc;

use crate::gate::{Needs, Refusal};

/// What was found out about who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// Nothing was presented.
    None,
    /// Something that is not, or no longer, good.
    Wrong,
    /// It was not looked at: there were too many wrong ones. In so many seconds again.
    Wait(u32),
    /// A password or a token in a header, which no browser adds by itself for a page of somebody else.
    Header(Arc<str>),
    /// The cookie of a session.
    Session(Arc<str>),
    /// A proxy that is believed says who it is.
    Proxy(Arc<str>),
    /// Such a proxy says it is somebody who may not.
    Stranger(Arc<str>),
    /// The configuration says that nobody is asked.
    Open,
}

#[expect(clippy::struct_excessive_bools, reason = "they are answers to separate questions")]
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) needs: Needs,
    /// It may change something.
    pub(super) is_unsafe: bool,
    /// The configuration lets everybody in here.
    pub(super) is_open_address: bool,
    pub(super) proof: Proof,
    /// The page that sent it is one of this server, or it was no page.
    pub(super) is_own_page: bool,
    /// It came by a name of this server.
    pub(super) is_own_name: bool,
    /// It repeats what only pages of its session know.
    pub(super) has_csrf: bool,
}

/// Who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// Somebody without a name, who sees nothing that belongs to anybody.
    Nobody,
    /// Somebody without a name where names do not matter.
    Anybody,
    Person(Arc<str>),
}

pub(super) fn decide(seen: &Seen) -> Result<Caller, Refusal> {
    if seen.needs == Needs::Nothing {
        return Ok(Caller::Nobody);
    }
    let forbidden = |why: &str| Err(Refusal::Forbidden(why.to_owned()));
    match &seen.proof {
        Proof::Session(_) if seen.is_unsafe && !(seen.has_csrf && seen.is_own_page) => {
            forbidden("a change with a session needs the header X-CSRF-TOKEN, from a page of this server")
        }
        Proof::Proxy(_) if seen.is_unsafe && !seen.is_own_page => Err(foreign()),
        Proof::Stranger(name) => forbidden(&format!("`{name}` is in none of the groups that may come in")),
        Proof::Header(name) | Proof::Session(name) | Proof::Proxy(name) => {
            Ok(Caller::Person(Arc::clone(name)))
        }
        Proof::Open => anybody(seen),
        Proof::None | Proof::Wrong | Proof::Wait(_) if seen.is_open_address => anybody(seen),
        Proof::Wait(seconds) => Err(Refusal::TooOften(*seconds)),
        Proof::None | Proof::Wrong => Err(Refusal::Unknown),
    }
}

/// Where nobody is asked, all that tells programs of this network from pages of strangers is where a request comes from.
fn anybody(seen: &Seen) -> Result<Caller, Refusal> {
    if !seen.is_own_name {
        let why = "the server is not known by this name; set `kestra.url` to the address that people use, or \
                   `kapelle.server.hosts` to all its names";
        return Err(Refusal::Forbidden(why.to_owned()));
    }
    if seen.is_unsafe && !seen.is_own_page {
        return Err(foreign());
    }
    Ok(Caller::Anybody)
}

fn foreign() -> Refusal {
    Refusal::Forbidden("the request comes from a page of another server".to_owned())
}

/// Whether somebody may choose the account of a server that has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SetUp {
    May,
    /// From elsewhere it takes the code that the server printed.
    NeedsCode,
    WrongCode,
}

pub(super) fn may_set_up(is_of_this_machine: bool, given: Option<&str>, valid: Option<&str>) -> SetUp {
    match (given, valid) {
        (Some(given), Some(valid)) if given.trim().eq_ignore_ascii_case(valid) => SetUp::May,
        (Some(_), _) => SetUp::WrongCode,
        (None, _) if is_of_this_machine => SetUp::May,
        (None, _) => SetUp::NeedsCode,
    }
}

/// Whether an address begins with one of these, at a border between segments.
pub(super) fn is_below(path: &str, beginnings: &[String]) -> bool {
    beginnings.iter().any(|beginning| {
        let beginning = beginning.trim_end_matches('/');
        let rest = path.strip_prefix(beginning).filter(|_| !beginning.is_empty());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}
