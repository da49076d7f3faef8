use hyper::Method;

use crate::address::Address;
use crate::route::{Found, find};

/// The pattern that a path means.
fn route(method: &Method, path: &str) -> String {
    let table = super::api();
    let address = Address::read(path).unwrap();
    match find(&table, method, &address) {
        Found::Routes(routes) => routes[0].0.pattern.to_owned(),
        Found::OtherMethods(methods) => format!("{methods:?}"),
        Found::Nothing => "-".to_owned(),
    }
}

#[test]
fn no_two_routes_are_the_same() {
    let table = super::api();
    let mut names: Vec<_> =
        table.iter().map(|route| format!("{:?} {} {}", route.level, route.method, route.pattern)).collect();
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn what_is_not_in_the_table_is_not_there() {
    for (method, path, pattern) in [
        (Method::GET, "/health", "health"),
        (Method::GET, "/api/v1/health", "health"),
        (Method::GET, "/api/v1/main/configs/", "configs"),
        (Method::POST, "/health", "[GET]"),
        (Method::GET, "/nothing", "-"),
        (Method::GET, "/api/v1/main/nothing", "-"),
        (Method::GET, "/api/v1", "-"),
        (Method::GET, "/api/v1/flows/search", "flows/search"),
        (Method::GET, "/api/v1/main/flows/team", "flows/{namespace}"),
        (Method::GET, "/api/v1/main/flows/team/search", "flows/{namespace}/{id}"),
        (Method::POST, "/api/v1/main/executions/team/hello", "executions/{namespace}/{flow}"),
        (Method::POST, "/api/v1/executions/team/kill", "executions/{namespace}/{flow}"),
        (
            Method::POST,
            "/api/v1/executions/5cBZ1JF8kim8fbFg13bumX/restart",
            "executions/{id:execution}/restart",
        ),
        (Method::POST, "/api/v1/executions/5cBZ1JF8kim8fbFg13bumX/other", "executions/{namespace}/{flow}"),
        (
            Method::POST,
            "/api/v1/main/executions/5cBZ1JF8kim8fbFg13bumX/actions/restart",
            "executions/{id:execution}/actions/restart",
        ),
        (
            Method::POST,
            "/api/v1/executions/5cBZ1JF8kim8fbFg13bumX/resume/validate",
            "executions/{id:execution}/resume/validate",
        ),
        (Method::POST, "/api/v1/executions/team/resume/validate", "executions/{namespace}/{flow}/validate"),
        (Method::POST, "/api/v1/executions/restart/by-ids", "executions/restart/by-ids"),
        (Method::DELETE, "/api/v1/executions/by-ids", "executions/by-ids"),
        (Method::GET, "/api/v1/outputs/tasks/a", "outputs/tasks/{id}"),
        (Method::GET, "/api/v1/outputs/a/b", "outputs/{id}/{run}"),
    ] {
        assert_eq!(route(&method, path), pattern, "{method} {path}");
    }
}
