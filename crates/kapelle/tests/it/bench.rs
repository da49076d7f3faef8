//! `kapelle bench`: that it measures; how fast, it tells on machines where that means something.

use serde_json::Value as Json;

use crate::Folder;

#[test]
fn everything_is_measured_beside_a_server_that_only_answers() {
    let folder = Folder::new("bench", &[]);
    let arguments = ["bench", "--seconds", "0", "--executions", "20", "--followers", "3", "--output", "json"];
    let ran = folder.output("kapelle", &arguments, "");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let report: Json = serde_json::from_slice(&ran.stdout).unwrap();
    let figures = report["figures"].as_array().unwrap();
    let of = |name: &str| {
        let found = figures.iter().find(|figure| figure["name"] == name);
        found.unwrap_or_else(|| panic!("no figure `{name}`: {report}"))
    };
    for name in
        ["one task, 1 at once", "one task, 1000 at once, p99", "webhook, p50", "webhook to first task, p99"]
    {
        assert!(of(name)["value"].as_f64().unwrap() > 0.0 && of(name)["ratio"].is_f64(), "{name}: {report}");
    }
    for name in [
        "start, empty folder",
        "start, filled folder",
        "memory, idle",
        "3 followers, until the last has heard",
    ] {
        assert!(of(name)["value"].as_f64().unwrap() > 0.0, "{name}: {report}");
    }
}
