//! What a script gives.

use std::collections::BTreeMap;

use kapelle_model::Map;
use kapelle_plugin::Any;
use schemars::JsonSchema;
use serde::Serialize;

use super::implied::Kept;

/// The names that are taken.
const OFFICIAL: [&str; 6] =
    ["vars", "exitCode", "outputFiles", "stdOutLineCount", "stdErrLineCount", "taskRunner"];

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// What the program gave by lines `::{"outputs": …}::`.
    vars: Any,
    /// 0 if all went well.
    exit_code: Option<i32>,
    /// The addresses of the files that were kept.
    #[serde(rename = "outputFiles")]
    files: Kept,
    /// Lines of the standard output.
    std_out_line_count: u64,
    /// Lines of the standard error.
    std_err_line_count: u64,
    /// What the runner says.
    task_runner: Details,
    /// Each variable under its own name too, where that is not taken.
    #[serde(flatten)]
    beside: BTreeMap<String, Any>,
}

/// What the runner says.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Details {
    /// What kept the program apart from the rest of the machine.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sandbox: Vec<String>,
    /// The id of the container in which it ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    container_id: Option<String>,
    /// The name of the pod in which it ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    pod_name: Option<String>,
}

/// What was heard and kept.
pub(super) struct Given {
    pub(super) vars: Map,
    pub(super) exit_code: Option<i32>,
    pub(super) files: Kept,
    pub(super) out_lines: u64,
    pub(super) error_lines: u64,
    pub(super) sandbox: Vec<String>,
    pub(super) container_id: Option<String>,
    pub(super) pod: Option<String>,
}

impl From<Given> for Output {
    fn from(given: Given) -> Self {
        let beside = given.vars.iter().filter(|(name, _)| !OFFICIAL.contains(&&***name));
        Self {
            beside: beside.map(|(name, value)| (name.to_string(), Any(value.clone()))).collect(),
            vars: given.vars.into(),
            exit_code: given.exit_code,
            files: given.files,
            std_out_line_count: given.out_lines,
            std_err_line_count: given.error_lines,
            task_runner: Details {
                sandbox: given.sandbox,
                container_id: given.container_id,
                pod_name: given.pod,
            },
        }
    }
}
