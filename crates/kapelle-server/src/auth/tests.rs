//! What is decided about who may come in, as tables.

use std::net::IpAddr;
use std::sync::Arc;

use hyper::HeaderMap;
use kapelle_core::expression::plain::to_base64;
use kapelle_model::Millis;

use super::decide::{Caller, Proof, Seen, SetUp, decide, is_below, may_set_up};
use super::password::{self, Hash};
use super::presented::{Credentials, read};
use super::sessions::Sessions;
use super::tries::Tries;
use super::{Network, origin, tokens};
use crate::gate::{Action, Needs, Refusal, Resource};

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(hyper::header::HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
    }
    headers
}

fn ann() -> Arc<str> {
    "ann".into()
}

fn seen(proof: Proof) -> Seen {
    Seen {
        needs: Needs::Right(Resource::Flow, Action::Update),
        is_unsafe: true,
        is_open_address: false,
        proof,
        is_own_page: true,
        is_own_name: true,
        has_csrf: false,
    }
}

/// How each proof ends: reading, changing, changing with the CSRF token, changing with it from a page of a stranger.
#[test]
fn every_proof_has_its_rules() {
    let outcome = |seen: Seen| match decide(&seen) {
        Ok(Caller::Person(name)) => name.to_string(),
        Ok(caller) => format!("{caller:?}"),
        Err(Refusal::Unknown) => "401".to_owned(),
        Err(Refusal::Forbidden(_)) => "403".to_owned(),
        Err(Refusal::TooOften(_)) => "429".to_owned(),
    };
    for (proof, expected) in [
        (Proof::None, ["401", "401", "401", "401"]),
        (Proof::Wrong, ["401", "401", "401", "401"]),
        (Proof::Wait(3), ["429", "429", "429", "429"]),
        (Proof::Header(ann()), ["ann", "ann", "ann", "ann"]),
        (Proof::Session(ann()), ["ann", "403", "ann", "403"]),
        (Proof::Proxy(ann()), ["ann", "ann", "ann", "403"]),
        (Proof::Stranger(ann()), ["403", "403", "403", "403"]),
        (Proof::Open, ["Anybody", "Anybody", "Anybody", "403"]),
    ] {
        let base = seen(proof.clone());
        let cases = [
            Seen { is_unsafe: false, ..base.clone() },
            base.clone(),
            Seen { has_csrf: true, ..base.clone() },
            Seen { has_csrf: true, is_own_page: false, ..base },
        ];
        assert_eq!(cases.map(outcome), expected, "{proof:?}");
    }
}

#[test]
fn open_servers_answer_only_to_their_own_names() {
    let open = Seen { is_own_name: false, is_unsafe: false, ..seen(Proof::Open) };
    assert!(matches!(decide(&open), Err(Refusal::Forbidden(_))));
    let header = Seen { is_own_name: false, ..seen(Proof::Header(ann())) };
    assert_eq!(decide(&header), Ok(Caller::Person(ann())));
}

#[test]
fn where_nothing_is_needed_nobody_is_somebody() {
    for proof in [Proof::None, Proof::Wrong, Proof::Wait(1), Proof::Header(ann()), Proof::Open] {
        assert_eq!(decide(&Seen { needs: Needs::Nothing, ..seen(proof) }), Ok(Caller::Nobody));
    }
    assert_eq!(decide(&Seen { is_open_address: true, ..seen(Proof::None) }), Ok(Caller::Anybody));
}

#[test]
fn open_addresses_end_at_a_slash() {
    let open = ["/api/v1/main/flows/".to_owned(), "/".to_owned(), String::new()];
    for (path, is_open) in [
        ("/api/v1/main/flows", true),
        ("/api/v1/main/flows/team", true),
        ("/api/v1/main/flowsome", false),
        ("/api/v1/main/executions", false),
    ] {
        assert_eq!(is_below(path, &open), is_open, "{path}");
    }
}

#[test]
fn the_first_account_is_made_from_this_machine_or_with_the_code() {
    for (is_here, given, valid, verdict) in [
        (true, None, Some("AAAA"), SetUp::May),
        (true, None, None, SetUp::May),
        (false, None, Some("AAAA"), SetUp::NeedsCode),
        (false, Some(" aaaa"), Some("AAAA"), SetUp::May),
        (false, Some("BBBB"), Some("AAAA"), SetUp::WrongCode),
        (true, Some("BBBB"), Some("AAAA"), SetUp::WrongCode),
        (false, Some("AAAA"), None, SetUp::WrongCode),
        (false, Some(""), Some("AAAA"), SetUp::WrongCode),
    ] {
        assert_eq!(may_set_up(is_here, given, valid), verdict, "{is_here} {given:?} {valid:?}");
    }
}

#[test]
fn this_machine_is_a_loopback_without_a_proxy() {
    for (peer, pairs, is_here) in [
        ("127.0.0.1", &[("host", "localhost:8080")][..], true),
        ("::1", &[("host", "[::1]:8080")], true),
        ("::ffff:127.0.0.1", &[("host", "127.0.0.1")], true),
        ("127.0.0.1", &[("host", "kestra.example.org")], false),
        ("127.0.0.1", &[], false),
        ("10.0.0.1", &[("host", "localhost")], false),
        ("127.0.0.1", &[("host", "localhost"), ("x-forwarded-for", "1.2.3.4")], false),
        ("127.0.0.1", &[("host", "localhost"), ("forwarded", "for=1.2.3.4")], false),
    ] {
        let peer: IpAddr = peer.parse().unwrap();
        assert_eq!(origin::is_of_this_machine(&headers(pairs), peer), is_here, "{peer} {pairs:?}");
    }
}

#[test]
fn pages_of_strangers_are_known_by_their_origin() {
    let url = Some("https://flows.example.org/ui");
    for (pairs, is_own) in [
        (&[][..], true),
        (&[("host", "h:8080"), ("origin", "http://h:8080")], true),
        (&[("host", "h:8080"), ("origin", "http://h:9090")], false),
        (&[("host", "h"), ("origin", "https://flows.example.org")], true),
        (&[("host", "h"), ("origin", "null")], false),
        (&[("host", "h"), ("sec-fetch-site", "cross-site")], false),
        (&[("host", "h"), ("sec-fetch-site", "same-site"), ("origin", "http://h")], false),
        (&[("host", "h"), ("sec-fetch-site", "same-origin"), ("origin", "http://h")], true),
        (&[("host", "h"), ("sec-fetch-site", "none")], true),
    ] {
        assert_eq!(origin::is_own(&headers(pairs), url, &[]), is_own, "{pairs:?}");
    }
    for (host, is_own) in [
        ("localhost:8080", true),
        ("10.1.2.3", true),
        ("[fe80::1]:80", true),
        ("flows.example.org", true),
        ("FLOWS.example.org:443", true),
        ("evil.example.org", false),
        ("localhost.evil.org", false),
        ("kestra:8080", true),
    ] {
        assert_eq!(origin::is_own_name(&headers(&[("host", host)]), url, &[]), is_own, "{host}");
    }
}

#[test]
fn credentials_are_read_as_clients_send_them() {
    let pair = |username: &str, password: &str| Credentials::Password {
        username: username.to_owned(),
        password: password.to_owned(),
    };
    let token = tokens::token([7; 32]);
    let basic = |text: &str| format!("Basic {}", to_base64(text.as_bytes()));
    for (header, credentials) in [
        (basic("ann:Secret12"), pair("ann", "Secret12")),
        (basic("ann:a:b"), pair("ann", "a:b")),
        (basic("ann"), Credentials::Unreadable),
        (basic(":"), Credentials::None),
        ("Basic ".to_owned(), Credentials::None),
        ("Basic !!".to_owned(), Credentials::Unreadable),
        ("Bearer ann:Secret12".to_owned(), pair("ann", "Secret12")),
        (format!("bearer {token}"), Credentials::Token(token.clone())),
        (format!("Bearer {token}0"), Credentials::Unreadable),
        ("Bearer kap_".to_owned(), Credentials::Unreadable),
        ("Digest x".to_owned(), Credentials::Unreadable),
    ] {
        assert_eq!(read(&headers(&[("authorization", &header)])).credentials, credentials, "{header}");
    }
    let presented = read(&headers(&[("cookie", "a=b; BASIC_AUTH=; JWT=xyz"), ("x-csrf-token", "t")]));
    assert_eq!((presented.session.as_deref(), presented.csrf.as_deref()), (Some("xyz"), Some("t")));
}

#[test]
fn who_guesses_waits_and_nobody_else_does() {
    let mut tries = Tries::default();
    let (bad, good): (IpAddr, IpAddr) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
    for _ in 0..5 {
        assert_eq!(tries.take(bad, "ann", Millis(0)), Ok(()));
    }
    assert_eq!(tries.take(bad, "Ann", Millis(0)), Err(1));
    assert_eq!(tries.take(good, "ann", Millis(0)), Ok(()));
    assert_eq!(tries.take(bad, "ann", Millis(1_000)), Ok(()));
    assert_eq!(tries.take(bad, "ann", Millis(1_000)), Err(2));
    assert_eq!(tries.take(bad, "ann", Millis(70_000)), Ok(()));
    // Names make no difference to an address that tries many.
    let mut tries = Tries::default();
    for number in 0..20 {
        assert_eq!(tries.take(bad, &format!("user{number}"), Millis(0)), Ok(()));
    }
    assert_eq!(tries.take(bad, "another", Millis(0)), Err(1));
    // One network of IPv6 is one guesser.
    let (one, two): (IpAddr, IpAddr) = ("2001:db8::1".parse().unwrap(), "2001:db8::2".parse().unwrap());
    let mut tries = Tries::default();
    for _ in 0..5 {
        assert_eq!(tries.take(one, "ann", Millis(0)), Ok(()));
    }
    assert_eq!(tries.take(two, "ann", Millis(0)), Err(1));
    tries.give_back(one, "ann");
    assert_eq!(tries.take(two, "ann", Millis(0)), Ok(()));
}

#[test]
fn sessions_end_when_nobody_uses_them_and_after_a_week() {
    const HOUR: i64 = 3_600_000;
    let mut sessions = Sessions::default();
    sessions.begin("a", ann(), Millis(0));
    sessions.begin("b", ann(), Millis(0));
    for hour in [11, 22] {
        assert_eq!(sessions.user("a", Millis(hour * HOUR)), Some(ann()), "{hour}");
    }
    assert_eq!(sessions.user("b", Millis(12 * HOUR)), None);
    for hour in (30..168).step_by(8) {
        assert_eq!(sessions.user("a", Millis(hour * HOUR)), Some(ann()), "{hour}");
    }
    assert_eq!(sessions.user("a", Millis(168 * HOUR)), None);
    assert_eq!(sessions.user("c", Millis(0)), None);
}

#[test]
fn tokens_carry_a_checksum() {
    let token = tokens::token([1; 32]);
    assert!(token.starts_with("kap_") && tokens::is_well_formed(&token));
    assert!(!tokens::is_well_formed(&token.replace("kap_0", "kap_1")));
    assert!(!tokens::is_well_formed(&token[1..]) && !tokens::is_well_formed("kap_ä"));
    assert!(!tokens::digest(&token).contains(&token[4..68]));
}

#[test]
fn names_are_e_mail_addresses_and_passwords_are_mixed() {
    for (username, password, count) in [
        ("admin@kestra.io", "Kestra123", 0),
        ("admin@kestra.io", "kestra123", 1),
        ("admin@kestra.io", "KESTRA123", 1),
        ("admin@kestra.io", "Kestraaaa", 1),
        ("admin@kestra.io", "Kes1", 1),
        ("admin", "Kestra123", 1),
        ("a b@c.d", "", 2),
        ("admin@kestra", "Kestra123", 1),
    ] {
        assert_eq!(password::complaints(username, password).len(), count, "{username} {password}");
    }
    assert_eq!(password::complaints("a@b.c", &format!("Aa1{}", "x".repeat(254))).len(), 1);
}

#[test]
fn a_hash_fits_its_password_and_no_other() {
    let hash = Hash::of("Kestra123", [3; 16]);
    let kept = Hash::from_json(&hash.to_json()).unwrap();
    assert!(kept.fits("Kestra123") && !kept.fits("kestra123"));
    assert!(hash != Hash::of("Kestra123", [4; 16]));
    assert!(!hash.to_json().to_string().contains("Kestra"));
}

#[test]
fn networks_are_addresses_with_bits() {
    for (network, address, has) in [
        ("10.0.0.0/8", "10.255.1.2", true),
        ("10.0.0.0/8", "11.0.0.1", false),
        ("10.0.0.1", "10.0.0.1", true),
        ("10.0.0.1", "::ffff:10.0.0.1", true),
        ("0.0.0.0/0", "1.2.3.4", true),
        ("2001:db8::/32", "2001:db8:1::1", true),
        ("2001:db8::/32", "2001:db9::1", false),
        ("::/0", "10.0.0.1", false),
    ] {
        assert_eq!(Network::read(network).unwrap().has(address.parse().unwrap()), has, "{network} {address}");
    }
    for wrong in ["", "10.0.0.0/33", "10.0.0/8", "proxy", "::/129", "10.0.0.0/x"] {
        assert!(Network::read(wrong).is_none(), "{wrong}");
    }
}
