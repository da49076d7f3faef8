//! Where one who reads a stream begins.

use jiff::Zoned;
use kapelle_core::time::date::date_time_with_zone;
use kapelle_model::Failure;
use serde_json::Value as Json;

/// Where a reader begins.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Begin {
    All,
    Last,
    New,
    LastPerSubject,
    Since(Zoned),
}

impl Begin {
    /// From what a flow says: a policy, and a moment.
    pub(super) fn read(policy: Option<&str>, since: Option<&str>) -> Result<Self, Failure> {
        let since = since.map(|text| {
            date_time_with_zone(text.trim())
                .map_err(|reason| Failure::new(format!("`{text}` in `since` is no moment: {reason}")))
        });
        let since = since.transpose()?;
        let word = policy.unwrap_or("All").replace(['_', ' ', '-'], "").to_ascii_lowercase();
        match (word.as_str(), since) {
            ("bystarttime", None) => Err(Failure::new(
                "`deliverPolicy: ByStartTime` needs `since`: the moment from which on messages are read",
            )),
            ("bystartsequence", _) => Err(Failure::new(
                "`deliverPolicy: ByStartSequence` needs a number that no property says: use `ByStartTime` with `since`",
            )),
            ("all" | "bystarttime", Some(since)) => Ok(Self::Since(since)),
            ("all", None) => Ok(Self::All),
            ("last" | "new" | "lastpersubject", Some(_)) => Err(Failure::new(
                "`since` goes with `deliverPolicy: ByStartTime` only: leave one of them out",
            )),
            ("last", None) => Ok(Self::Last),
            ("new", None) => Ok(Self::New),
            ("lastpersubject", None) => Ok(Self::LastPerSubject),
            _ => Err(Failure::new(format!(
                "`{word}` in `deliverPolicy` is unknown: there are All, Last, New, ByStartTime and LastPerSubject"
            ))),
        }
    }

    /// Says it to the server.
    pub(super) fn say(&self, config: &mut Json) {
        config["deliver_policy"] = Json::from(match self {
            Self::All => "all",
            Self::Last => "last",
            Self::New => "new",
            Self::LastPerSubject => "last_per_subject",
            Self::Since(moment) => {
                config["opt_start_time"] = Json::from(moment.timestamp().to_string());
                "by_start_time"
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_reader_begins_is_a_policy_or_a_moment() {
        let begin = |policy: &str, since: &str| {
            let filled = |text: &'static str| Some(text).filter(|text| !text.is_empty());
            let leak = |text: &str| filled(Box::leak(text.to_owned().into_boxed_str()));
            Begin::read(leak(policy), leak(since))
        };
        assert_eq!(begin("", "").unwrap(), Begin::All);
        assert_eq!(begin("LastPerSubject", "").unwrap(), Begin::LastPerSubject);
        assert_eq!(begin("new", "").unwrap(), Begin::New);
        assert!(matches!(begin("", "2026-01-01T00:00:00Z").unwrap(), Begin::Since(_)));
        for (policy, since, told) in [
            ("ByStartTime", "", "needs `since`"),
            ("ByStartSequence", "", "no property says"),
            ("New", "2026-01-01T00:00:00Z", "leave one of them out"),
            ("Newest", "", "there are All, Last"),
            ("", "yesterday", "no moment"),
        ] {
            let failure = begin(policy, since).unwrap_err().to_string();
            assert!(failure.contains(told), "{failure}");
        }
    }
}
