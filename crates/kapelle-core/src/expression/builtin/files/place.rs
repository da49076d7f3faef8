//! Where a path points to: the rules about paths, without any file being looked at.

use std::borrow::Cow;

use super::super::origin::{Origin, not_allowed};
use crate::expression::error::{Error, Outcome};
use crate::expression::form;
use crate::expression::services::File;

/// A path by the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place<'a> {
    Namespace {
        namespace: Cow<'a, str>,
        path: &'a str,
        /// The path came from a URI of a namespace file, where a suffix `.v2` may stand for a version.
        is_uri: bool,
    },
    Internal(&'a str),
    Local(&'a str),
}

impl Place<'_> {
    pub(super) fn file(&self, version: Option<u64>) -> File<'_> {
        match self {
            Self::Namespace { namespace, path, .. } => File::Namespace { namespace, path, version },
            Self::Internal(uri) => File::Internal(uri),
            Self::Local(path) => File::Local(path),
        }
    }

    /// What to call it in an error.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Namespace { namespace, path, .. } => {
                format!("the file `{}` of the namespace `{namespace}`", form::short(path))
            }
            Self::Internal(uri) => format!("the file `{uri}`"),
            Self::Local(path) => format!("the file `file://{path}`"),
        }
    }
}

/// Path and version of a namespace file whose URI ends with a version: `a.txt.v2`.
pub(super) fn versioned(path: &str) -> Option<(&str, u64)> {
    let (path, version) = path.rsplit_once(".v")?;
    let is_written_so = version.bytes().all(|byte| byte.is_ascii_digit()) && !version.starts_with('0');
    let version = version.parse().ok().filter(|version| is_written_so && *version > 1)?;
    Some((path, version))
}

/// Decides where a path points to and whether whoever renders may look there.
pub(super) fn place<'a>(
    path: &'a str,
    namespace: Option<&'a str>,
    origin: &Origin<'a>,
    may_use: &dyn Fn(&str) -> bool,
) -> Outcome<Place<'a>> {
    if path.split(['/', '\\']).any(|part| part == "..") {
        return Err(Error::argument(format!(
            "Path must not contain '../', but it is `{}`.",
            form::short(path)
        ))
        .help("write the path from the root of the namespace"));
    }
    match scheme(path) {
        None => in_namespace(path, namespace, origin, may_use),
        Some(("nsfile", rest)) => {
            // `nsfile:///p`, `nsfile://other.namespace/p`.
            let rest = rest.strip_prefix("//").unwrap_or(rest);
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            match (authority, namespace) {
                ("", _) => in_namespace(path, namespace, origin, may_use),
                (_, None) => in_namespace(path, Some(authority), origin, may_use),
                (_, Some(argument)) => Err(Error::argument(format!(
                    "the namespace is given twice: `{authority}` in the path, `{argument}` as argument 'namespace'"
                ))
                .help("leave one of them out")),
            }
        }
        Some(("kestra", rest)) => {
            let inner =
                rest.strip_prefix("///").filter(|inner| !inner.starts_with('/')).ok_or_else(|| {
                    Error::argument(format!("`{}` is no URI of the internal storage", form::short(path)))
                        .help("they start with `kestra:///`")
                })?;
            internal(path, inner, origin, may_use)
        }
        Some(("file", rest)) => {
            let inner = rest.strip_prefix("//").unwrap_or(rest);
            if !inner.starts_with('/') || inner.starts_with("//") {
                return Err(Error::argument(format!(
                    "`{}` is no absolute path of this machine",
                    form::short(path)
                ))
                .help("write `file:///` and the path from the root"));
            }
            Ok(Place::Local(inner))
        }
        Some((scheme, _)) => Err(Error::argument(format!(
            "Cannot process the URI {}: scheme `{}` not supported.",
            form::short(path),
            form::short(scheme)
        ))
        .help("`kestra:///`, `nsfile:///`, `file:///` and paths in the namespace are")),
    }
}

/// The scheme and what follows its colon. A name with a colon in it is still a name.
fn scheme(path: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = path.split_once(':')?;
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte));
    (is_scheme && rest.starts_with('/')).then_some((scheme, rest))
}

fn in_namespace<'a>(
    path: &'a str,
    namespace: Option<&'a str>,
    origin: &Origin<'a>,
    may_use: &dyn Fn(&str) -> bool,
) -> Outcome<Place<'a>> {
    let namespace = match (namespace, origin.namespace) {
        (Some(namespace), own) if own == Some(namespace) || may_use(namespace) => namespace,
        (Some(namespace), own) => return Err(not_allowed(namespace, own)),
        (None, Some(own)) => own,
        (None, None) => {
            return Err(Error::argument(format!(
                "there is no `flow.namespace` here to look for the file `{}` in",
                form::short(path)
            ))
            .help("name one: `namespace='…'`"));
        }
    };
    Ok(Place::Namespace { namespace: namespace.into(), path: path.trim_start_matches('/'), is_uri: false })
}

/// A file of the internal storage: of this execution, of the one that started it, of the namespace, or of an execution
/// in a namespace that may be used.
fn internal<'a>(
    uri: &'a str,
    inner: &'a str,
    origin: &Origin<'a>,
    may_use: &dyn Fn(&str) -> bool,
) -> Outcome<Place<'a>> {
    if let Some(namespace) = origin.namespace
        && let Some(path) = after_namespace(inner, namespace).and_then(|rest| rest.strip_prefix("/_files/"))
    {
        return Ok(Place::Namespace { namespace: namespace.into(), path, is_uri: true });
    }
    let own = origin.namespace.zip(origin.flow).zip(origin.execution);
    let own = own.map(|((namespace, flow), execution)| (namespace, flow, execution));
    if [own, origin.parent].into_iter().flatten().any(|execution| is_of(inner, execution)) {
        return Ok(Place::Internal(uri));
    }
    let Some(namespace) = namespace_of_execution(inner) else {
        return Err(Error::forbidden(format!(
            "Unable to read the file '{}' as it is not an execution file.",
            form::short(uri)
        ))
        .help("files of a namespace are read by their path: `read('a.txt', namespace='…')`"));
    };
    let namespace = namespace.replace('/', ".");
    if origin.namespace == Some(namespace.as_str()) || may_use(&namespace) {
        Ok(Place::Internal(uri))
    } else {
        Err(not_allowed(&namespace, origin.namespace))
    }
}

/// What follows a namespace, whose dots are slashes in a path.
fn after_namespace<'a>(inner: &'a str, namespace: &str) -> Option<&'a str> {
    let (start, rest) = inner.split_at_checked(namespace.len())?;
    let is_equal = start
        .bytes()
        .zip(namespace.bytes())
        .all(|(byte, of_namespace)| byte == if of_namespace == b'.' { b'/' } else { of_namespace });
    is_equal.then_some(rest)
}

/// Whether a path is below an execution: `<namespace>/<flow>/executions/<id>/…`.
fn is_of(inner: &str, (namespace, flow, execution): (&str, &str, &str)) -> bool {
    let below = || {
        let rest = after_namespace(inner, namespace)?.strip_prefix('/')?;
        let rest = rest.strip_prefix(flow_slug(flow).as_str())?.strip_prefix("/executions/")?;
        rest.strip_prefix(execution)?.strip_prefix('/')
    };
    below().is_some()
}

/// The id of a flow as it stands in paths.
fn flow_slug(id: &str) -> String {
    let words = id.split(['_', '-']).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

/// The namespace, with slashes, in `<namespace>/<flow>/executions/<id>/tasks/<task>/<file>`.
///
/// Namespaces and tasks may themselves be called `executions` or `tasks`, so the last ones count.
fn namespace_of_execution(inner: &str) -> Option<&str> {
    let (before, task) = inner.rsplit_once("/tasks/")?;
    let (flow, _execution) = before.rsplit_once("/executions/")?;
    let (namespace, _flow) = flow.rsplit_once('/')?;
    (task.contains('/') && !namespace.is_empty()).then_some(namespace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::Category;

    const FILE: &str = "kestra:///my/company/my-flow/executions/e1/tasks/t/r/1.ion";

    fn shown(path: &str, namespace: Option<&str>, origin: &Origin<'_>, allowed: &[&str]) -> String {
        match place(path, namespace, origin, &|namespace| allowed.contains(&namespace)) {
            Ok(Place::Namespace { namespace, path, is_uri: false }) => format!("{namespace}: {path}"),
            Ok(Place::Namespace { namespace, path, is_uri: true }) => format!("{namespace}:: {path}"),
            Ok(Place::Internal(_)) => "internal".into(),
            Ok(Place::Local(path)) => format!("local {path}"),
            Err(error) => match error.category {
                Category::Argument | Category::Forbidden => error.category.word().into(),
                other => panic!("{path}: {other:?}"),
            },
        }
    }

    #[test]
    fn paths_lead_where_the_rules_say() {
        let origin = Origin {
            namespace: Some("my.company"),
            flow: Some("My_flow"),
            execution: Some("e1"),
            parent: Some(("up", "above", "e0")),
        };
        for (path, namespace, expected) in [
            ("a.txt", None, "my.company: a.txt"),
            ("/a/b.txt", None, "my.company: a/b.txt"),
            ("12:30.txt", None, "my.company: 12:30.txt"),
            ("a.txt", Some("other"), "other: a.txt"),
            ("a.txt", Some("my.company"), "my.company: a.txt"),
            ("a.txt", Some("closed"), "forbidden"),
            ("nsfile:///a.txt", None, "my.company: a.txt"),
            ("nsfile:///a.txt", Some("other"), "other: a.txt"),
            ("nsfile://other/a.txt", None, "other: a.txt"),
            ("nsfile://closed/a.txt", None, "forbidden"),
            ("nsfile://other/a.txt", Some("other"), "argument"),
            ("../a.txt", None, "argument"),
            ("a/../b.txt", None, "argument"),
            ("a/..", None, "argument"),
            ("a..b/...", None, "my.company: a..b/..."),
            ("kestra:///my/company/my-flow/executions/e1/../e2/x", None, "argument"),
            ("file:///data/../etc/passwd", None, "argument"),
            ("file:///data/x", None, "local /data/x"),
            ("file:/data/x", None, "local /data/x"),
            ("file://host/x", None, "argument"),
            ("unsupported://x/y", None, "argument"),
            (FILE, None, "internal"),
            ("kestra:///my/company/my-flow/executions/e1/trigger/t/1.ion", None, "internal"),
            ("kestra:///my/company/my-flow/executions/e12/trigger/t/1.ion", None, "forbidden"),
            // Another execution of the own namespace.
            ("kestra:///my/company/my-flow/executions/e12/tasks/t/r/1.ion", None, "internal"),
            ("kestra:///up/above/executions/e0/tasks/t/r/1.ion", None, "internal"),
            ("kestra:///up/above/executions/e9/tasks/t/r/1.ion", None, "forbidden"),
            ("kestra:///other/f/executions/e9/tasks/t/r/1.ion", None, "internal"),
            ("kestra:///closed/other/f/executions/e9/tasks/t/r/1.ion", None, "forbidden"),
            ("kestra:///my/company/_files/a/b.txt.v2", None, "my.company:: a/b.txt.v2"),
            ("kestra:///my/company_files/a", None, "forbidden"),
            ("kestra:///some/where/x.txt", None, "forbidden"),
            ("kestra://host/some/x.txt", None, "argument"),
            ("kestra:////x.txt", None, "argument"),
            ("kestra:/x.txt", None, "argument"),
            ("kestra:///é", None, "forbidden"),
        ] {
            assert_eq!(shown(path, namespace, &origin, &["other"]), expected, "{path}");
        }
        let nowhere = Origin::default();
        assert_eq!(shown("a.txt", None, &nowhere, &[]), "argument");
        assert_eq!(shown(FILE, None, &nowhere, &[]), "forbidden");
        assert_eq!(shown(FILE, None, &nowhere, &["my.company"]), "internal");
    }

    #[test]
    fn a_version_is_a_suffix_from_two_on() {
        assert_eq!(versioned("a/f.txt.v2"), Some(("a/f.txt", 2)));
        for path in ["f.txt", "f.v1", "f.v02", "f.v", "f.v+2", "f.v-2", "f.v99999999999999999999"] {
            assert_eq!(versioned(path), None, "{path}");
        }
    }
}
