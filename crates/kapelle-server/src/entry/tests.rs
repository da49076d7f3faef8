use std::net::IpAddr;

use hyper::{HeaderMap, Method};
use kapelle_model::Millis;

use super::{Buckets, RateLimits, Rates, cors, host};
use crate::auth::{Network, client};

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(hyper::header::HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
    }
    headers
}

#[test]
fn a_bucket_takes_some_at_once_and_then_as_many_as_run_out() {
    let mut buckets = Buckets::new(3, 60, 60);
    for _ in 0..3 {
        assert_eq!(buckets.take(1, Millis(0), 0), Ok(0));
    }
    assert_eq!(buckets.take(1, Millis(0), 0), Err(1_000));
    assert_eq!(buckets.take(2, Millis(0), 0), Ok(0));
    assert_eq!(buckets.wait(1, Millis(400)), 600);
    assert_eq!(buckets.take(1, Millis(1_000), 0), Ok(0));
    assert_eq!(buckets.take(1, Millis(1_000), 0), Err(1_000));
    // Who may wait takes the places of the next seconds.
    assert_eq!(buckets.take(1, Millis(1_000), 2_000), Ok(1_000));
    assert_eq!(buckets.take(1, Millis(1_000), 2_000), Ok(2_000));
    assert_eq!(buckets.take(1, Millis(1_000), 2_000), Err(3_000));
    assert_eq!(buckets.take(1, Millis(60_000), 0), Ok(0));
}

#[test]
fn a_clock_that_is_set_back_locks_nobody_out() {
    let mut buckets = Buckets::new(1, 60, 60);
    assert_eq!(buckets.take(1, Millis(3_600_000), 0), Ok(0));
    assert_eq!(buckets.take(1, Millis(0), 0), Ok(0));
}

#[test]
fn strangers_do_not_fill_the_memory() {
    let mut buckets = Buckets::new(1, 1, 60);
    for key in 0..30_000_u32 {
        assert_eq!(buckets.take(key, Millis(i64::from(key)), 0), Ok(0));
    }
    assert!(format!("{buckets:?}").matches(':').count() < 11_000);
}

#[test]
fn wrong_keys_are_counted_by_address_and_right_ones_wait_for_their_turn() {
    let rates = Rates::new(RateLimits { wrong_webhooks: 2, webhooks_at_once: 2, ..RateLimits::default() });
    let (bad, good): (IpAddr, IpAddr) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
    for _ in 0..2 {
        assert!(rates.may_try_webhooks(bad, Millis(0)).is_ok());
        rates.wrong_webhook(bad, Millis(0));
    }
    let refused = rates.may_try_webhooks(bad, Millis(0)).unwrap_err();
    assert_eq!((refused.status.as_u16(), refused.retry_after), (429, Some(31)));
    assert!(rates.may_try_webhooks(good, Millis(0)).is_ok());
    let waits: Vec<_> = (0..4).map(|_| rates.webhook(&["a", "b", "c"], Millis(0)).unwrap()).collect();
    assert_eq!(waits, [0, 0, 10, 20]);
    assert_eq!(rates.webhook(&["a", "bc", ""], Millis(0)).unwrap(), 0);
}

#[test]
fn names_are_listed_or_of_this_machine() {
    let hosts = ["flows.example.org".to_owned(), "*.team.example.org".to_owned()];
    for (name, is_known) in [
        ("flows.example.org", true),
        ("FLOWS.example.org.:8080", true),
        ("a.team.example.org", true),
        ("team.example.org", false),
        ("evilteam.example.org", false),
        ("localhost:8080", true),
        ("[::1]:8080", true),
        ("127.0.0.1", true),
        ("10.0.0.1", false),
        ("evil.example.org", false),
    ] {
        assert_eq!(host::demand_listed(&headers(&[("host", name)]), &hosts).is_ok(), is_known, "{name}");
    }
    assert!(host::demand_listed(&headers(&[]), &hosts).is_err());
    assert!(host::demand_listed(&headers(&[]), &[]).is_ok());
}

#[test]
fn other_pages_are_listed_letter_by_letter() {
    let origins = ["https://a.example.org".to_owned()];
    for (origin, is_listed) in [
        ("https://a.example.org", true),
        ("http://a.example.org", false),
        ("https://a.example.org:8443", false),
        ("https://a.example.org.evil.org", false),
        ("null", false),
    ] {
        let found = cors::origin(&headers(&[("origin", origin)]), &origins);
        assert_eq!(found.is_some(), is_listed, "{origin}");
    }
    let asks = headers(&[("access-control-request-method", "POST")]);
    assert!(cors::preflight(&Method::OPTIONS, &asks).is_some());
    assert!(cors::preflight(&Method::OPTIONS, &headers(&[])).is_none());
    assert!(cors::preflight(&Method::POST, &asks).is_none());
}

#[test]
fn only_proxies_that_are_believed_say_for_whom_they_ask() {
    let proxies = [Network::read("10.0.0.0/8").unwrap()];
    for (peer, lines, expected) in [
        ("192.0.2.1", &["203.0.113.9"][..], "192.0.2.1"),
        ("10.0.0.1", &[], "10.0.0.1"),
        ("10.0.0.1", &["203.0.113.9"], "203.0.113.9"),
        // What a client wrote itself stands on the left.
        ("10.0.0.1", &["198.51.100.1, 203.0.113.9, 10.0.0.2"], "203.0.113.9"),
        ("10.0.0.1", &["198.51.100.1", "203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", &["203.0.113.9, unknown"], "10.0.0.1"),
        ("::ffff:10.0.0.1", &["2001:db8::1"], "2001:db8::1"),
    ] {
        let pairs: Vec<_> = lines.iter().map(|line| ("x-forwarded-for", *line)).collect();
        let found = client(&headers(&pairs), peer.parse().unwrap(), &proxies);
        assert_eq!(found, expected.parse::<IpAddr>().unwrap(), "{peer} {lines:?}");
    }
}
