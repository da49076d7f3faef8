//! The web interface as browsers get it. The stage has `/base` in front of every path.

use super::stage::Stage;

#[test]
fn every_address_of_the_interface_is_the_same_page() {
    let stage = Stage::start();
    for path in ["/ui", "/ui/", "/ui/main/flows/edit/team/hello", "/base/ui/main/executions"] {
        let got = stage.get(path);
        assert_eq!(got.status, 200, "{path}");
        let page = got.text();
        assert!(page.contains("<base href=\"/base/ui/\""), "{path}: {page}");
        assert!(!page.contains("KAPELLE_NONCE"), "{path}: {page}");
        assert_eq!(got.header("cache-control"), Some("no-store"));
    }
}

#[test]
fn each_page_has_a_word_of_its_own_for_what_may_run() {
    let stage = Stage::start();
    let nonces = [(); 2].map(|()| {
        let got = stage.get("/ui/");
        let policy = got.header("content-security-policy").unwrap().to_owned();
        let (_, rest) = policy.split_once("script-src 'self' 'nonce-").unwrap();
        let nonce = rest.split_once('\'').unwrap().0.to_owned();
        assert!(got.text().contains(&format!("nonce=\"{nonce}\"")), "{policy}");
        nonce
    });
    assert_ne!(nonces[0], nonces[1]);
}

#[test]
fn a_file_of_another_version_is_missed_instead_of_being_a_page() {
    let stage = Stage::start();
    let missing = stage.get("/ui/assets/index-none.js");
    assert_eq!(missing.status, 404);
    assert!(missing.text().contains("reload the page"), "{}", missing.text());
}

#[test]
fn the_root_leads_to_the_interface_and_the_api_works_with_and_without_what_stands_in_front() {
    let stage = Stage::start();
    let root = stage.get("/");
    assert_eq!((root.status, root.header("location")), (302, Some("/base/ui/")));
    for path in ["/api/v1/flows/search", "/base/api/v1/flows/search"] {
        assert_eq!(stage.get(path).status, 200, "{path}");
    }
    assert_eq!(stage.get("/basement/api/v1/flows/search").status, 404);
}

#[test]
fn a_file_is_kept_by_browsers_and_may_ask_the_server() {
    let stage = Stage::start();
    stage.interface_file("assets/worker.js", "fetch('/api/v1/main/events')");
    let file = stage.get("/ui/assets/worker.js");
    assert_eq!((file.status, file.text()), (200, "fetch('/api/v1/main/events')".to_owned()));
    assert_eq!(file.header("content-type"), Some("text/javascript; charset=utf-8"));
    assert_eq!(file.header("cache-control"), Some("public, max-age=31536000, immutable"));
    // The policy of a worker is that of its file.
    let policy = file.header("content-security-policy").unwrap();
    assert!(policy.contains("connect-src 'self'") && !policy.contains("sandbox"), "{policy}");
}
