//! Containers that nobody will ask for again: their task runs ended while the server was down.

use kapelle_http::Client;

use super::address::Address;
use super::container::BOUND;
use super::engine::Engine;
use super::trouble::Trouble;

/// Removes the containers of task runs that are over, of the engine of the installation: `is_over` is asked by the ids of
/// execution and task run. One of an execution that is not known here belongs to somebody else. How many went, or why that
/// is not known.
pub async fn sweep(
    client: Client,
    setting: impl Fn(&str) -> Option<String>,
    is_over: impl Fn(&str, &str) -> bool,
) -> Result<usize, String> {
    let address = Address::chosen(None, &setting).map_err(|failure| failure.to_string())?;
    if !address.is_there() {
        return Ok(0);
    }
    let engine = Engine::new(client, address, setting).map_err(|failure| failure.to_string())?;
    let told = |trouble: Trouble| trouble.message().to_owned();
    let mut count = 0;
    for listed in engine.labelled(&format!("{BOUND}=true")).await.map_err(told)? {
        let (Some(execution), Some(run)) = (listed.execution(), listed.run()) else { continue };
        if is_over(execution, run) {
            engine.remove(&listed.id).await.map_err(told)?;
            count += 1;
        }
    }
    Ok(count)
}
