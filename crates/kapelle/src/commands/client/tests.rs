use serde_json::json;

use super::ask::{Ask, encoded};
use super::options::{Access, ServerOptions, Surroundings};
use super::saved::Saved;
use super::stream::{Event, Events};
use super::{failure, output};
use crate::outcome::Stop;
use crate::terminal::Style;

fn told(stop: Stop) -> String {
    match stop {
        Stop::Usage(text) => text,
        Stop::Failed(error) => format!("{error:#}"),
    }
}

#[test]
fn the_command_line_comes_before_the_environment_before_what_is_saved() {
    let saved = Saved {
        server: Some("http://saved:1".to_owned()),
        token: Some("saved".to_owned()),
        tenant: Some("shop".to_owned()),
    };
    let show = |options: ServerOptions, around: Surroundings| {
        let access = Access::decide(&options, around, saved.clone()).map_err(told).unwrap();
        let headers: Vec<&str> = access.headers.iter().map(|header| header.value.as_str()).collect();
        format!("{} {} {}", access.server, access.tenant, headers.join(","))
    };
    let server = |text: &str| ServerOptions { server: Some(text.to_owned()), ..ServerOptions::default() };
    assert_eq!(show(ServerOptions::default(), Surroundings::default()), "http://saved:1 shop Bearer saved");
    let around = || Surroundings { server: Some("http://around/".to_owned()), ..Surroundings::default() };
    assert_eq!(show(ServerOptions::default(), around()), "http://around main ");
    assert_eq!(show(server("other:8080"), around()), "http://other:8080 main ");
    // The saved token is for the saved server, however it is named.
    assert_eq!(show(server("saved:1"), around()), "http://saved:1 shop Bearer saved");
    let options = ServerOptions { user: Some("a:b".to_owned()), ..ServerOptions::default() };
    let token = Surroundings { token: Some("around".to_owned()), ..Surroundings::default() };
    assert_eq!(show(options, token), "http://saved:1 shop Basic YTpi");
}

#[test]
fn what_makes_no_sense_is_said_without_the_password() {
    for options in [
        ServerOptions { server: Some("http://a:secret@b".to_owned()), ..ServerOptions::default() },
        ServerOptions { user: Some("secret".to_owned()), ..ServerOptions::default() },
        ServerOptions { headers: vec!["secret".to_owned()], ..ServerOptions::default() },
    ] {
        let Err(stop) = Access::decide(&options, Surroundings::default(), Saved::default()) else {
            panic!("{options:?} is accepted");
        };
        assert!(!told(stop).contains("secret"));
    }
}

#[test]
fn what_is_saved_is_read_again() {
    let saved =
        Saved { server: Some("http://x".to_owned()), token: Some("a: \"b\"".to_owned()), tenant: None };
    assert_eq!(Saved::parse(&saved.text()), Ok(saved));
    assert_eq!(Saved::parse(""), Ok(Saved::default()));
    assert!(Saved::parse("- a").is_err());
}

#[test]
fn parts_of_addresses_stand_for_themselves() {
    assert_eq!(encoded("a/b?c=ü %"), "a%2Fb%3Fc%3D%C3%BC%20%25");
    let ask = Ask::get(&["flows", "a.b", "c/d"]).query("filters[q]", "x&y").query_if("no", None::<&str>);
    assert_eq!(ask.target("main"), "/api/v1/main/flows/a.b/c%2Fd?filters%5Bq%5D=x%26y");
    assert_eq!(Ask::get(&["configs"]).instance().target("main"), "/api/v1/configs");
}

#[test]
fn refusals_say_what_is_wrong_and_what_to_do() {
    let body = json!({"message": "Invalid entity: a", "_embedded": {"errors": [
        {"message": "a"}, {"message": "b is missing", "path": "tasks[0]"}]}});
    let text = told(failure::refused(422, body.to_string().as_bytes(), "http://x"));
    assert_eq!(text, "http://x answers 422: Invalid entity: a\n  - tasks[0]: b is missing");
    assert!(told(failure::refused(401, b"{}", "http://x")).contains("--user NAME:PASSWORD"));
    assert!(told(failure::refused(502, b"<html>", "http://x")).contains("<html>"));
}

#[test]
fn events_are_whole_however_they_are_cut() {
    let text = "id: start\ndata: {}\n\n: alive\n\nid: progress\ndata: {\"a\": \"ü\"}\n\n";
    for size in [1, 2, 7, 100] {
        let mut events = Events::default();
        let all: Vec<Event> = text.as_bytes().chunks(size).flat_map(|piece| events.take(piece)).collect();
        let ids: Vec<&str> = all.iter().map(|event| event.id.as_str()).collect();
        assert_eq!(ids, ["start", "progress"], "pieces of {size}");
        assert_eq!(all[1].data, json!({"a": "ü"}));
    }
}

#[test]
fn columns_are_as_wide_as_what_is_in_them() {
    let rows = [json!({"id": "a", "state": "SUCCESS"}), json!({"id": "longer\u{1b}", "state": null})];
    let columns: [output::Column; 2] =
        [("ID", |row| output::text(&row["id"])), ("STATE", |row| output::text(&row["state"]))];
    let plain = output::table(&rows, &columns, Style { colour: false, width: 80 });
    assert!(plain.starts_with("ID       STATE\na        SUCCESS\nlonger") && !plain.contains('\u{1b}'));
    assert!(output::table(&rows, &columns, Style { colour: true, width: 80 }).contains("\u{1b}[32mSUCCESS"));
}
