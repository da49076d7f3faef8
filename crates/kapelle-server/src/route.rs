//! One entry of the table of routes, and how the right one is found.
//!
//! Literal segments beat variables, from left to right; a variable that must look like an execution beats one that takes
//! anything. So the order of the table means nothing.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::Method;

use crate::address::{Address, Level};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::Outcome;
use crate::gate::Needs;
use crate::limits::{REQUEST_TIME, STREAM_TIME};

/// Does what a route is for.
#[derive(Clone)]
pub(crate) enum Handler {
    /// Waits for disks; it runs in a thread of its own.
    Blocking(fn(&Call) -> Outcome<Answer>),
    Waiting(Arc<dyn Fn(Arc<Call>) -> Pending + Send + Sync>),
}

pub(crate) type Pending = Pin<Box<dyn Future<Output = Outcome<Answer>> + Send>>;

/// What a route takes as its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// A text within the usual limit; none is fine too.
    Text,
    /// Parts with names, some of them files; nothing, a text or a form of pairs is fine too.
    Form,
}

#[derive(Clone)]
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) level: Level,
    /// What it was made of, for whoever looks at the table.
    pub(crate) pattern: &'static str,
    pub(crate) needs: Needs,
    pub(crate) takes: Takes,
    pub(crate) time: Duration,
    pub(crate) handler: Handler,
    segments: Vec<Segment>,
}

/// Which segments match. The order is that of precedence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(&'static str),
    /// `{name:execution}`: something that looks like the id of an execution.
    Execution(&'static str),
    /// `{name}`
    Any(&'static str),
    /// `{name*}`: all that is left, also nothing.
    Rest(&'static str),
}

/// Variables of a path, by name.
pub(crate) type Variables = BTreeMap<&'static str, String>;

impl Route {
    /// A route of a tenant whose handler waits for disks only.
    pub(crate) fn reads(
        method: Method,
        pattern: &'static str,
        needs: Needs,
        handler: fn(&Call) -> Outcome<Answer>,
    ) -> Self {
        Self::new(method, pattern, needs, Handler::Blocking(handler))
    }

    /// A route of a tenant whose handler waits for the runtime.
    pub(crate) fn waits<F>(
        method: Method,
        pattern: &'static str,
        needs: Needs,
        handler: impl Fn(Arc<Call>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Outcome<Answer>> + Send + 'static,
    {
        let handler = move |call| -> Pending { Box::pin(handler(call)) };
        Self::new(method, pattern, needs, Handler::Waiting(Arc::new(handler)))
    }

    fn new(method: Method, pattern: &'static str, needs: Needs, handler: Handler) -> Self {
        let words = pattern.split('/').filter(|word| !word.is_empty());
        let segments = words.map(Segment::read).collect();
        let (level, takes, time) = (Level::Tenant, Takes::Text, REQUEST_TIME);
        Self { method, level, pattern, needs, takes, time, handler, segments }
    }

    #[must_use]
    pub(crate) fn at(self, level: Level) -> Self {
        Self { level, ..self }
    }

    #[must_use]
    pub(crate) fn with_form(self) -> Self {
        Self { takes: Takes::Form, time: STREAM_TIME, ..self }
    }

    /// It may take as long as an execution does.
    #[must_use]
    pub(crate) fn patient(self) -> Self {
        Self { time: STREAM_TIME, ..self }
    }

    /// Whether it is meant only if there is such an execution.
    pub(crate) fn is_guarded(&self) -> bool {
        self.segments.iter().any(|segment| matches!(segment, Segment::Execution(_)))
    }

    fn variables(&self, segments: &[String]) -> Option<Variables> {
        let mut variables = Variables::new();
        let mut rest = segments;
        for segment in &self.segments {
            if let Segment::Rest(name) = segment {
                variables.insert(name, rest.join("/"));
                return Some(variables);
            }
            let (first, after) = rest.split_first()?;
            match segment {
                Segment::Literal(word) if first == word => {}
                Segment::Execution(name) if is_execution(first) => {
                    variables.insert(name, first.clone());
                }
                Segment::Any(name) => {
                    variables.insert(name, first.clone());
                }
                _ => return None,
            }
            rest = after;
        }
        rest.is_empty().then_some(variables)
    }
}

impl Segment {
    fn read(text: &'static str) -> Self {
        match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            None => Self::Literal(text),
            Some(name) => match (name.strip_suffix(":execution"), name.strip_suffix('*')) {
                (Some(name), _) => Self::Execution(name),
                (_, Some(name)) => Self::Rest(name),
                (None, None) => Self::Any(name),
            },
        }
    }
}

/// Whether a segment looks like the id of an execution, as clients tell them too.
pub(crate) fn is_execution(text: &str) -> bool {
    (16..=22).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Which routes an address may mean.
pub(crate) enum Found<'t> {
    /// The best one first.
    Routes(Vec<(&'t Route, Variables)>),
    /// There are some, for these methods.
    OtherMethods(Vec<Method>),
    Nothing,
}

pub(crate) fn find<'t>(table: &'t [Route], method: &Method, address: &Address) -> Found<'t> {
    let matching = table.iter().filter(|route| route.level == address.level);
    let matching = matching.filter_map(|route| Some((route, route.variables(&address.segments)?)));
    let (mut found, others): (Vec<_>, Vec<_>) = matching.partition(|(route, _)| route.method == *method);
    if !found.is_empty() {
        found.sort_by(|(one, _), (two, _)| one.segments.cmp(&two.segments));
        return Found::Routes(found);
    }
    if others.is_empty() {
        return Found::Nothing;
    }
    let mut methods: Vec<Method> = others.into_iter().map(|(route, _)| route.method.clone()).collect();
    methods.sort_by(|one, two| one.as_str().cmp(two.as_str()));
    methods.dedup();
    Found::OtherMethods(methods)
}
