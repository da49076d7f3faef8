//! Flows as tools: the model starts executions.

use std::sync::Arc;

use jiff::Zoned;
use kapelle_core::expression::plain;
use kapelle_core::property::text_of;
use kapelle_model::{Failure, Map as Values, Text, Value};
use kapelle_plugin::{Broken, Expr, ToStart};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::{Offered, Working, Works, sayable};
use crate::chat::{ToolSpec, text_at};
use crate::session::Session;

/// Labels with this beginning belong to the platform; they are not handed on.
const SYSTEM: &str = "system";

/// A flow, or all of them, for the model to start.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FlowTool {
    description: Option<Expr<String>>,
    namespace: Option<Expr<String>>,
    flow_id: Option<Expr<String>>,
    revision: Option<Expr<u32>>,
    inputs: Option<Expr<Values>>,
    labels: Option<Expr<Value>>,
    inherit_labels: Option<Expr<bool>>,
    schedule_date: Option<Expr<Zoned>>,
    kestra_url: Option<Expr<String>>,
    tenant_id: Option<Expr<String>>,
}

/// What is known before the model says anything.
struct Known {
    tool: FlowTool,
    namespace: Option<String>,
    flow: Option<String>,
}

impl FlowTool {
    pub(super) fn offer(&self, session: &Session) -> Result<Vec<Offered>, Broken> {
        let cx = &session.cx;
        self.is_here(session)?;
        let (namespace, flow) = (cx.filled(self.namespace.as_ref())?, cx.filled(self.flow_id.as_ref())?);
        let description = cx.filled(self.description.as_ref())?;
        let name = match &flow {
            None => "kestra_flow".to_owned(),
            Some(flow) => {
                format!("kestra_flow_{}_{flow}", namespace.as_deref().unwrap_or(&cx.place.namespace))
            }
        };
        let description = match (description, &flow) {
            (Some(description), _) => description,
            (None, Some(flow)) => format!("Starts an execution of the flow {flow}."),
            (None, None) => "Starts an execution of a flow.".to_owned(),
        };
        let mut properties = Map::new();
        let mut text = |name: &str, words: &str| {
            properties.insert(name.to_owned(), json!({ "type": "string", "description": words }));
        };
        let mut required = Vec::new();
        if flow.is_none() {
            text("flowId", "The id of the flow.");
            required.push("flowId");
            if namespace.is_none() {
                text("namespace", "The namespace of the flow.");
                required.push("namespace");
            }
        }
        text(
            "scheduleDate",
            "The moment before which it does not start, as ISO 8601; left out, it starts at once.",
        );
        properties.insert(
            "inputs".to_owned(),
            json!({ "type": "object", "description": "The inputs of the flow, by their ids." }),
        );
        properties.insert(
            "labels".to_owned(),
            json!({ "type": "object", "description": "Labels of the execution, as texts." }),
        );
        let parameters = json!({ "type": "object", "properties": properties, "required": required });
        let spec = ToolSpec { name: sayable(&name), description, parameters };
        let works = Arc::new(Known { tool: self.clone(), namespace, flow });
        Ok(vec![Offered { spec, works }])
    }

    /// Only flows of this installation and tenant can be started.
    fn is_here(&self, session: &Session) -> Result<(), Failure> {
        let cx = &session.cx;
        let url = cx.filled(self.kestra_url.as_ref())?;
        let own = cx.host.setting("kestra.url");
        let plain = |url: &str| url.trim_end_matches('/').to_owned();
        if let Some(url) = url
            && own.as_deref().map(plain) != Some(plain(&url))
        {
            return Err(Failure::new(format!(
                "the tool `KestraFlow` starts flows of this server only: leave `kestraUrl` out, or set `kestra.url` of the installation to `{url}` if it is this one"
            )));
        }
        match cx.filled(self.tenant_id.as_ref())? {
            Some(tenant) if *tenant != *cx.place.tenant => Err(Failure::new(format!(
                "the tool `KestraFlow` starts flows of its own tenant only: leave `tenantId: {tenant}` out"
            ))),
            _ => Ok(()),
        }
    }
}

impl Works for Known {
    fn work<'w>(
        &'w self,
        session: &'w Session,
        _name: &'w str,
        arguments: &'w Map<String, Json>,
    ) -> Working<'w> {
        Box::pin(async move {
            let cx = &session.cx;
            let arguments = Json::Object(arguments.clone());
            let said = |name: &str| text_at(&arguments, name).map(str::to_owned);
            let flow = self.flow.clone().or_else(|| said("/flowId"));
            let flow = flow.ok_or_else(|| Broken::new("the tool needs `flowId`"))?;
            let namespace =
                self.namespace.clone().or_else(|| said("/namespace").filter(|_| self.flow.is_none()));
            let namespace = namespace.unwrap_or_else(|| cx.place.namespace.to_string());
            let written = cx.filled(self.tool.schedule_date.as_ref())?.map(|at| at.timestamp());
            let at = match (written, said("/scheduleDate")) {
                (Some(at), _) => Some(at),
                (None, Some(text)) => Some(text.parse().map_err(|_| {
                    Broken::new(format!("`{text}` is no moment such as 2026-05-06T07:08:09Z"))
                })?),
                (None, None) => None,
            };
            let mut inputs = values(&arguments, "/inputs");
            // What the flow says wins over what the model says.
            inputs.extend(cx.filled(self.tool.inputs.as_ref())?.unwrap_or_default());
            let to_start = ToStart {
                namespace: namespace.clone(),
                flow: flow.clone(),
                revision: cx.filled(self.tool.revision.as_ref())?,
                inputs,
                labels: self.labels(session, &arguments)?,
                at,
                by: cx.place.execution,
            };
            let id = cx.blocking(move |cx| Ok(cx.host.executions().start(&to_start)?)).await?;
            Ok(json!({ "id": id, "namespace": namespace, "flowId": flow, "state": "CREATED" })
                .to_string()
                .into())
        })
    }
}

impl Known {
    /// Labels of the execution around, of the flow, and of the model.
    fn labels(&self, session: &Session, arguments: &Json) -> Result<Vec<(String, String)>, Failure> {
        let cx = &session.cx;
        let mut all: Vec<(String, String)> = Vec::new();
        if cx.filled(self.tool.inherit_labels.as_ref())?.unwrap_or(false)
            && let Some(Value::Map(labels)) = cx.variables.get("labels")
        {
            let own = labels.iter().filter(|(key, _)| &***key != SYSTEM);
            all.extend(own.filter_map(|(key, value)| Some((key.to_string(), text(value)?))));
        }
        if let Some(written) = &self.tool.labels {
            all.extend(pairs(&cx.typed(written)?));
        }
        all.extend(
            values(arguments, "/labels")
                .iter()
                .filter(|(key, _)| !key.starts_with("system."))
                .filter_map(|(key, value)| Some((key.to_string(), text(value)?))),
        );
        Ok(all)
    }
}

fn values(arguments: &Json, path: &str) -> Values {
    let found = arguments.pointer(path).map(|json| plain::from_json(&json.to_string()).unwrap_or_default());
    match found {
        Some(Value::Map(map)) => Arc::unwrap_or_clone(map),
        _ => Values::new(),
    }
}

fn text(value: &Value) -> Option<String> {
    text_of(value).ok().map(|text: Text| text.expose().to_owned())
}

/// Labels as a map, or as a list of `key` and `value`.
fn pairs(labels: &Value) -> Vec<(String, String)> {
    match labels {
        Value::Map(map) => {
            map.iter().filter_map(|(key, value)| Some((key.to_string(), text(value)?))).collect()
        }
        Value::List(items) => items
            .iter()
            .filter_map(|item| match item {
                Value::Map(map) => Some((text(map.get("key")?)?, text(map.get("value")?)?)),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}
