//! The description of the API, made of the table of routes: what is in the one is in the other.

use std::collections::BTreeMap;

use hyper::Method;
use serde_json::{Map as Object, Value as Json, json};

use crate::address::Level;
use crate::gate::Needs;
use crate::route::{Route, Takes};

/// The description of these routes in the words of `OpenAPI` 3.0.
pub(crate) fn document(routes: &[Route], version: &str) -> Json {
    let mut paths: BTreeMap<String, Object<String, Json>> = BTreeMap::new();
    for route in routes {
        let operations = paths.entry(path(route)).or_default();
        // Two patterns may look the same from outside; what they are told apart by is no part of a path.
        operations.entry(route.method.as_str().to_ascii_lowercase()).or_insert_with(|| operation(route));
    }
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Kapelle", "version": version},
        "security": [{"basic": []}, {"bearer": []}],
        "components": {
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
            "schemas": {"Error": error()},
        },
        "paths": paths,
    })
}

/// The description of what a server answers, without the routes that come with accounts.
pub fn openapi() -> Json {
    let routes: Vec<Route> = crate::routes::api().into_iter().chain(crate::routes::templates()).collect();
    document(&routes, crate::handlers::instance::API_VERSION)
}

/// The path of a route, from the root.
pub(crate) fn path(route: &Route) -> String {
    let start = match route.level {
        Level::Root => "",
        Level::Instance => "/api/v1",
        Level::Tenant => "/api/v1/{tenant}",
    };
    let segments = route.pattern.split('/').map(|segment| match variable(segment) {
        Some(name) => format!("/{{{name}}}"),
        None => format!("/{segment}"),
    });
    format!("{start}{}", segments.collect::<String>())
}

/// The name of a segment that is a variable.
fn variable(segment: &str) -> Option<&str> {
    let inner = segment.strip_prefix('{')?.strip_suffix('}')?;
    Some(inner.trim_end_matches(":execution").trim_end_matches('*'))
}

fn operation(route: &Route) -> Json {
    let mut operation = json!({
        "operationId": name(route),
        "tags": [route.pattern.split('/').next().unwrap_or_default()],
        "parameters": parameters(route),
        "responses": {
            "200": {"description": "It was done"},
            "default": {
                "description": "It was not done",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
            },
        },
    });
    match route.needs {
        Needs::Nothing => operation["security"] = json!([]),
        Needs::Login => {}
        Needs::Right(resource, action) => {
            operation["x-permission"] = format!("{resource:?}:{action:?}").to_uppercase().into();
        }
    }
    if route.method != Method::GET {
        operation["requestBody"] = json!({"required": false, "content": body(route.takes)});
    }
    operation
}

fn parameters(route: &Route) -> Json {
    let tenant = (route.level == Level::Tenant).then_some("tenant");
    let names = tenant.into_iter().chain(route.pattern.split('/').filter_map(variable));
    let text = json!({"type": "string"});
    names.map(|name| json!({"name": name, "in": "path", "required": true, "schema": text})).collect()
}

fn body(takes: Takes) -> Json {
    match takes {
        Takes::Form => json!({"multipart/form-data": {"schema": {"type": "object"}}}),
        Takes::Text => json!({
            "application/json": {"schema": {}},
            "application/x-yaml": {"schema": {"type": "string"}},
        }),
    }
}

/// `GET flows/{namespace}/{id}` as `getFlowsByNamespaceAndId`.
fn name(route: &Route) -> String {
    let mut name = match route.level {
        Level::Root => String::from("root_"),
        Level::Instance => String::from("instance_"),
        Level::Tenant => String::new(),
    };
    name.push_str(&route.method.as_str().to_ascii_lowercase());
    for segment in route.pattern.split('/') {
        let word = variable(segment);
        name.push_str(if word.is_some() { "By" } else { "" });
        for (place, part) in word.unwrap_or(segment).split(['-', '.']).enumerate() {
            // `mcp-servers` is something else than `mcp/servers`.
            name.push_str(if place > 0 { "_" } else { "" });
            let mut characters = part.chars();
            name.extend(characters.next().map(|first| first.to_ascii_uppercase()));
            name.extend(characters);
        }
        // What looks like an execution is something else than what may be anything.
        name.push_str(if segment.ends_with(":execution}") { "OfExecution" } else { "" });
    }
    name
}

fn error() -> Json {
    let text = json!({"type": "string"});
    json!({
        "type": "object",
        "required": ["message", "status"],
        "properties": {
            "message": text,
            "status": {"type": "integer"},
            "title": text,
            "detail": text,
            "instance": text,
            "type": text,
            "_embedded": {"type": "object"},
            "_links": {"type": "object"},
        },
    })
}

/// A page about the same, without any script.
pub(crate) fn page(routes: &[Route]) -> String {
    let mut lines: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for route in routes {
        let tag = route.pattern.split('/').next().unwrap_or_default();
        lines.entry(tag).or_default().push(format!("{:7}{}", route.method.as_str(), path(route)));
    }
    let mut html = String::from(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Kapelle API</title></head><body>\n\
         <h1>Kapelle API</h1>\n<p>The same for programs: <a href=\"/swagger/kestra.yml\">/swagger/kestra.yml</a></p>\n",
    );
    for (tag, mut paths) in lines {
        paths.sort();
        paths.dedup();
        html.push_str(&["<h2>", tag, "</h2>\n<pre>", &paths.join("\n"), "</pre>\n"].concat());
    }
    html.push_str("</body></html>\n");
    html
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_route_has_an_entry() {
        let routes = crate::routes::api();
        let document = document(&routes, "2.0.0");
        for route in &routes {
            let operation = &document["paths"][path(route)][route.method.as_str().to_ascii_lowercase()];
            assert!(operation.is_object(), "{} {}", route.method, route.pattern);
        }
    }

    #[test]
    fn no_two_operations_have_the_same_name() {
        let document = openapi();
        let paths = document["paths"].as_object().unwrap();
        let operations = paths.values().flat_map(|path| path.as_object().unwrap().values());
        let names: Vec<&str> =
            operations.map(|operation| operation["operationId"].as_str().unwrap()).collect();
        let mut different = BTreeSet::new();
        let again: Vec<&&str> = names.iter().filter(|name| !different.insert(**name)).collect();
        assert!(again.is_empty(), "{again:?}");
        let known = &document["paths"]["/api/v1/{tenant}/flows/{namespace}/{id}"]["get"];
        assert_eq!(known["operationId"], "getFlowsByNamespaceById");
        assert_eq!(known["x-permission"], "FLOW:VIEW");
        assert_eq!(known["parameters"].as_array().unwrap().len(), 3);
    }
}
