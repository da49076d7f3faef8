//! Which flow is meant: by namespace and id, or by its id alone where only one has it.

use serde_json::Value as Json;

use crate::commands::client::output::text;
use crate::commands::client::{Ask, Client};
use crate::outcome::Stop;

/// Flows with the text in their names that are looked at.
const LOOKED_AT_MAX: usize = 10_000;

/// Namespace and id of a flow. `words` are `NAMESPACE ID`, `NAMESPACE.ID` or `ID`.
pub(super) fn flow(client: &Client, words: &[String]) -> Result<(String, String), Stop> {
    match words {
        [namespace, id] => Ok((namespace.clone(), id.clone())),
        [name] => {
            let id = name.rsplit('.').next().unwrap_or(name);
            let ask = Ask::get(&["flows", "search"]).query("q", id).query("sort", "id:asc");
            choose(name, &client.rows(&ask, LOOKED_AT_MAX)?)
        }
        _ => Err(Stop::Usage("name one flow: its namespace and its id".to_owned())),
    }
}

/// The one flow that is called so, with or without its namespace.
fn choose(name: &str, flows: &[Json]) -> Result<(String, String), Stop> {
    let names = flows.iter().map(|flow| (text(&flow["namespace"]), text(&flow["id"])));
    let mut fits: Vec<(String, String)> =
        names.filter(|(namespace, id)| id == name || format!("{namespace}.{id}") == name).collect();
    fits.sort();
    fits.dedup();
    match fits.len() {
        1 => Ok(fits.remove(0)),
        0 => Err(Stop::Usage(format!(
            "the server has no flow `{name}`; `kapelle flow list` shows what it has"
        ))),
        _ => {
            let lines: Vec<String> =
                fits.iter().map(|(namespace, id)| format!("  {namespace} {id}")).collect();
            let lines = lines.join("\n");
            Err(Stop::Usage(format!("several flows are called `{name}`; name the namespace too:\n{lines}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::choose;

    #[test]
    fn an_id_alone_is_enough_where_only_one_flow_has_it() {
        let flows = [("a", "x"), ("b", "x"), ("b", "xy")];
        let flows = flows.map(|(namespace, id)| json!({"namespace": namespace, "id": id}));
        assert_eq!(choose("xy", &flows).unwrap(), ("b".to_owned(), "xy".to_owned()));
        assert_eq!(choose("a.x", &flows).unwrap(), ("a".to_owned(), "x".to_owned()));
        assert!(choose("x", &flows).is_err() && choose("y", &flows).is_err());
    }
}
