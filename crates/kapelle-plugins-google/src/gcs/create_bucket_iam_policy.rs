//! `io.kestra.plugin.gcp.gcs.CreateBucketIamPolicy`: gives somebody a role for a bucket.

use kapelle_model::effect::Level;
use kapelle_plugin::patience::wait;
use kapelle_plugin::{Broken, Expr, RunContext, Task, Word};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::bucket::checked_name;
use crate::access::AccessProperties;
use crate::client::Ask;
use crate::store::{Right, Store, help, with_query};
use crate::trouble::Trouble;

/// How often the policy is read again because somebody else changed it meanwhile.
const TRIES_MAX: u32 = 5;

/// What happens if somebody has the role already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum IfExists {
    Error,
    Skip,
}

impl Word for IfExists {}

/// # Give a role for a bucket of Cloud Storage
///
/// Gives somebody a role for a bucket; what others may do stays as it is.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateBucketIamPolicy {
    #[serde(flatten)]
    access: AccessProperties,
    /// The name of the bucket.
    name: Expr<String>,
    /// Who gets the role, such as `user:ann@example.com` or `serviceAccount:bot@project.iam.gserviceaccount.com`.
    member: Expr<String>,
    /// The role, such as `roles/storage.objectViewer`.
    role: Expr<String>,
    /// What happens if somebody has the role already: nothing, or that is a failure.
    #[serde(default)]
    if_exists: Option<Expr<IfExists>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The name of the bucket.
    bucket: String,
    /// Who has the role.
    member: String,
    /// The role.
    role: String,
    /// Whether it was given now, and was not there before.
    created: bool,
}

impl Task for CreateBucketIamPolicy {
    const TYPE: &'static str = "io.kestra.plugin.gcp.gcs.CreateBucketIamPolicy";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let bucket = checked_name(&cx.render(&self.name)?)?;
        let member = cx.render(&self.member)?;
        let role = cx.render(&self.role)?;
        let if_exists = cx.filled(self.if_exists.as_ref())?.unwrap_or(IfExists::Skip);
        let store = Store::open(cx, &self.access)?;
        let address = format!("{}/iam", store.bucket(&bucket));
        let what = format!("the role `{role}` for the bucket `{bucket}` cannot be given to `{member}`");
        let told = |trouble: Trouble| trouble.told_with(&what, help(Right::Policy, &bucket));
        let mut tries = 0;
        loop {
            // Bindings with conditions are only told to those who know them.
            let version = ("optionsRequestedPolicyVersion", Some("3".to_owned()));
            let ask = Ask::new("GET", with_query(&address, &[version]));
            let policy = store.client.json(cx, &ask).await.map_err(told)?;
            let Some(wanted) = with_binding(policy, &member, &role) else {
                if if_exists == IfExists::Error {
                    return Err(Broken::new(format!(
                        "`{member}` has the role `{role}` for the bucket `{bucket}` already, and `ifExists` says that this is a \
                         failure"
                    )));
                }
                cx.log(Level::Info, format!("`{member}` has the role `{role}` already"));
                return Ok(Output { bucket, member, role, created: false });
            };
            match store.client.send(cx, &Ask::new("PUT", &address).json(&wanted)).await {
                Ok(_) => return Ok(Output { bucket, member, role, created: true }),
                // Somebody else changed it in between: what they did must not get lost.
                Err(trouble) if matches!(trouble.status(), 409 | 412) && tries < TRIES_MAX => {
                    tries += 1;
                    wait(cx, tries).await?;
                }
                Err(trouble) => return Err(told(trouble)),
            }
        }
    }
}

/// A policy that gives the role too; nothing if it does so already.
fn with_binding(mut policy: Value, member: &str, role: &str) -> Option<Value> {
    if !policy.is_object() {
        policy = json!({});
    }
    let bindings = policy.as_object_mut()?.entry("bindings").or_insert_with(|| json!([]));
    let bindings = bindings.as_array_mut()?;
    let is_it = |binding: &Value| binding["role"] == role && binding.get("condition").is_none();
    let Some(binding) = bindings.iter_mut().find(|binding| is_it(binding)) else {
        bindings.push(json!({ "role": role, "members": [member] }));
        return Some(policy);
    };
    let members = binding.as_object_mut()?.entry("members").or_insert_with(|| json!([])).as_array_mut()?;
    if members.iter().any(|known| known == member) {
        return None;
    }
    members.push(member.into());
    Some(policy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_added_to_what_is_there() {
        let policy = r#"{"etag":"e","bindings":[{"role":"r","members":["x"],"condition":{"title":"t"}},{"role":"r","members":["a"]}]}"#;
        let read = || serde_json::from_str::<Value>(policy).unwrap();
        assert_eq!(with_binding(read(), "a", "r"), None);
        let told = with_binding(read(), "b", "r").unwrap();
        assert_eq!(told["bindings"][1]["members"], json!(["a", "b"]));
        let told = with_binding(read(), "x", "r").unwrap();
        assert_eq!(told["bindings"][1]["members"], json!(["a", "x"]));
        let told = with_binding(read(), "a", "s").unwrap();
        assert_eq!((told["etag"].as_str(), told["bindings"][2]["role"].as_str()), (Some("e"), Some("s")));
        assert!(with_binding(Value::Null, "a", "s").is_some());
    }
}
