//! Ports of a container that can be reached from outside.

use kapelle_model::Failure;
use serde_json::{Map as Object, Value as Json, json};

type Ports = Object<String, Json>;

/// Reads `[[ADDRESS:]PORT:]PORT[/PROTOCOL]`: which ports are open, and where they are reached.
pub(super) fn read(written: &[String]) -> Result<(Ports, Ports), Failure> {
    let (mut exposed, mut bound) = (Ports::new(), Ports::new());
    for text in written {
        let (port, place) = binding(text.trim()).ok_or_else(|| {
            Failure::new(format!(
                "`{text}` in `portBindings` is no port: write `8080:80`, or `127.0.0.1:8080:80/tcp`"
            ))
        })?;
        exposed.insert(port.clone(), json!({}));
        if let Some(places) = bound.entry(port).or_insert_with(|| json!([])).as_array_mut() {
            places.push(place);
        }
    }
    Ok((exposed, bound))
}

fn binding(text: &str) -> Option<(String, Json)> {
    let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let is_port = |text: &str| text.parse::<u16>().is_ok();
    if !["tcp", "udp", "sctp"].contains(&protocol) {
        return None;
    }
    let (outside, inside) = ports.rsplit_once(':').unwrap_or(("", ports));
    let (address, port) = outside.rsplit_once(':').unwrap_or(("", outside));
    let is_right = is_port(inside) && (port.is_empty() || is_port(port));
    let address = address.trim_start_matches('[').trim_end_matches(']');
    is_right.then(|| (format!("{inside}/{protocol}"), json!({"HostIp": address, "HostPort": port})))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_bound_as_docker_writes_them() {
        let (exposed, bound) =
            read(&["80".into(), "8080:80".into(), "127.0.0.1::53/udp".into(), "[::1]:1:2".into()]).unwrap();
        assert_eq!(exposed.keys().collect::<Vec<_>>(), ["80/tcp", "53/udp", "2/tcp"]);
        assert_eq!(
            Json::Object(bound),
            json!({
                "80/tcp": [{"HostIp": "", "HostPort": ""}, {"HostIp": "", "HostPort": "8080"}],
                "53/udp": [{"HostIp": "127.0.0.1", "HostPort": ""}],
                "2/tcp": [{"HostIp": "::1", "HostPort": "1"}],
            })
        );
        for wrong in ["", "x", "80:", "1:x", "70000:80", "80/http", "8000-8010:80"] {
            assert!(read(&[wrong.into()]).is_err(), "{wrong}");
        }
    }
}
