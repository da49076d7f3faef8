//! Conditions about the flow that would start. They are old: a trigger always stands in the same flow.

use kapelle_model::Node;

use super::{Found, Reader, Subject};

#[derive(Debug)]
pub(super) enum Own {
    Flow { namespace: String, flow: String },
    Namespace { namespace: String, is_prefix: bool },
}

impl Own {
    pub(super) fn flow(reader: &Reader<'_>) -> Self {
        Self::Flow { namespace: text(reader, "namespace"), flow: text(reader, "flowId") }
    }

    pub(super) fn namespace(reader: &Reader<'_>) -> Self {
        let is_prefix = reader.node("prefix").and_then(Node::as_bool).unwrap_or(false);
        Self::Namespace { namespace: text(reader, "namespace"), is_prefix }
    }

    pub(super) fn ask(&self, subject: &Subject<'_>) -> Found {
        let (is, id) = (subject.namespace, subject.flow);
        Ok(match self {
            Self::Flow { namespace, flow } => (
                is == namespace && id == flow,
                format!("the flow is `{is}.{id}`, asked for `{namespace}.{flow}`"),
            ),
            Self::Namespace { namespace, is_prefix: true } => (
                is.starts_with(namespace.as_str()),
                format!("the flow is in `{is}`, asked for a namespace that begins with `{namespace}`"),
            ),
            Self::Namespace { namespace, is_prefix: false } => {
                (is == namespace, format!("the flow is in `{is}`, asked for `{namespace}`"))
            }
        })
    }
}

fn text(reader: &Reader<'_>, name: &str) -> String {
    reader.node(name).and_then(Node::scalar_text).unwrap_or_default()
}
