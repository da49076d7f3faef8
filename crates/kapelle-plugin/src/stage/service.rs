//! Where real services are that tests run against.

use std::fs;
use std::path::Path;

/// The address of a service that `make services` started. Where it does not run, says so and gives nothing, unless it is
/// among those that the variable `NEEDED_SERVICES` asks for.
#[allow(clippy::disallowed_methods, clippy::missing_panics_doc, clippy::print_stderr)] // A test asks the world around it.
pub fn service(name: &str) -> Option<String> {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/services").join(name);
    let Ok(address) = fs::read_to_string(&place) else {
        let needed = std::env::var("NEEDED_SERVICES").unwrap_or_default();
        assert!(!needed.split(',').any(|one| one.trim() == name), "{name} does not run: `make services`");
        eprintln!("SKIP {name}: it does not run; `make services` starts it");
        return None;
    };
    eprintln!("RUN {name}");
    Some(address.trim().to_owned())
}
