//! What brokers answer when something is wrong, by number.

use kapelle_plugin::Broken;

pub(super) const OFFSET_OUT_OF_RANGE: i16 = 1;
pub(super) const UNKNOWN_TOPIC: i16 = 3;

/// What a number means, and what to do.
fn words(code: i16) -> &'static str {
    match code {
        1 => {
            "the offset does not exist any more, or not yet: set `auto.offset.reset` to `earliest` or `latest`"
        }
        2 => "a record is damaged",
        3 => "there is no such topic or partition: create it, or check its name",
        5 | 6 => "the partition is moving to another broker: try again",
        7 => "the other replicas did not have it in time: try again",
        10 | 18 => "a record is larger than the topic allows (`max.message.bytes`)",
        14..=16 => "the coordinator is moving: try again",
        17 => "the name of the topic is not allowed: letters, digits, `.`, `_` and `-`, at most 249",
        19 | 20 => "too few replicas have it (`min.insync.replicas`)",
        22 | 25 | 27 => {
            "the group has shared its partitions anew, since others read in it, or this member was not heard of for long: try again, and if others read in it use another `groupId`"
        }
        23 => {
            "its members share partitions in another way (they need `partition.assignment.strategy: range`): use another `groupId`"
        }
        24 => "the name of the group is not allowed",
        29 => "this user may not read or write the topic",
        30 => "this user may not use the group",
        31 => "this user may not do that in the cluster",
        33 => "the broker does not know this `sasl.mechanism`",
        35 => "the broker is older than Kafka 2.1, which is not spoken to",
        47 => "another producer uses the same `transactional.id`",
        53 => "this user may not use the `transactional.id`",
        58 => "user or password are wrong: check `sasl.jaas.config`",
        76 => "the records are packed in a way that the broker does not know",
        87 => "the broker refuses the record: the topic may want a key",
        _ => "see the log of the broker",
    }
}

pub(super) fn refused(what: &str, code: i16) -> Broken {
    Broken::new(format!("{what}: {} (error {code} of Kafka)", words(code)))
}

/// Nothing, or what is wrong.
pub(super) fn expect(what: &str, code: i16) -> Result<(), Broken> {
    if code == 0 { Ok(()) } else { Err(refused(what, code)) }
}

/// Whether a smaller batch may be taken.
pub(super) fn is_too_large(code: i16) -> bool {
    matches!(code, 10 | 18)
}

/// Whether the same may go well a little later.
pub(super) fn may_pass(code: i16) -> bool {
    matches!(code, 3 | 5 | 6 | 7 | 13 | 14 | 15 | 16 | 51)
}
