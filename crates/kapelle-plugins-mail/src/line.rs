//! Lines, which is what servers of mail are talked to in.

use kapelle_plugin::Broken;
use kapelle_plugin::wire::Wire;

/// Bytes of one line: nobody says more.
pub(crate) const LINE_MAX: usize = 64 << 10;

/// Says a line. None that is said has a line break in it.
pub(crate) async fn say(wire: &mut Wire, line: &str) -> Result<(), Broken> {
    if line.contains(['\r', '\n', '\0']) {
        return Err(Broken::new("a line for the mail server has a line break in it"));
    }
    wire.send(format!("{line}\r\n").as_bytes()).await
}

/// Says a last line. What the server says to that changes nothing.
pub(crate) async fn leave(mut wire: Wire, line: &str) {
    let _said = say(&mut wire, line).await;
    wire.close().await;
}
