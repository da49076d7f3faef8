//! What the tests of conversions have in common.

use std::io::Read;

use kapelle_model::{Map, Value};
use kapelle_plugin::Task;
use kapelle_plugin::stage::Stage;

/// The address of the file that a task gave.
pub(crate) fn address(given: &Map) -> String {
    let Value::Str(uri) = &given["uri"] else { panic!("{given:?}") };
    uri.expose().to_owned()
}

/// The bytes of a file.
pub(crate) fn bytes(stage: &Stage, uri: &str) -> Vec<u8> {
    let mut content = Vec::new();
    stage.files().open(uri).unwrap().read_to_end(&mut content).unwrap();
    content
}

/// What a task made of a file, or why it failed.
pub(crate) async fn converted_bytes<T: Task>(content: &[u8], more: &str) -> Result<Vec<u8>, String> {
    let stage = Stage::new();
    let from = stage.put_file("in", content);
    let given = stage.run::<T>(&format!("{{from: '{from}', {more}}}")).await;
    given.map(|given| bytes(&stage, &address(&given))).map_err(|broken| broken.failure.to_string())
}

/// The same as text: how many rows there are if it is told, and the file behind a colon.
pub(crate) async fn converted<T: Task>(content: &[u8], more: &str) -> String {
    let stage = Stage::new();
    let from = stage.put_file("in", content);
    match stage.run::<T>(&format!("{{from: '{from}', {more}}}")).await {
        Ok(given) => {
            let content = String::from_utf8(bytes(&stage, &address(&given))).unwrap();
            match given.get("size") {
                Some(Value::Int(size)) => format!("{size}: {content}"),
                _ => content,
            }
        }
        Err(broken) => format!("failed: {}", broken.failure),
    }
}

/// What a program of Python prints that needs a library; `None` where there is none. The Python is that of
/// `KAPELLE_PYTHON`, if it is set.
pub(crate) fn python(library: &str, program: &str, arguments: &[&str]) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "a test may ask which Python it is to use")]
    let python = std::env::var("KAPELLE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let run =
        |program: &str| std::process::Command::new(&python).args(["-c", program]).args(arguments).output();
    if !run(&format!("import {library}")).is_ok_and(|done| done.status.success()) {
        eprintln!("SKIP: {python} has no {library}");
        return None;
    }
    let done = run(program).unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    Some(String::from_utf8(done.stdout).unwrap())
}
