//! `io.kestra.plugin.gcp.gcs.CreateBucket`: makes a bucket.

use kapelle_plugin::{Broken, Expr, RunContext, Task, Word};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::bucket::{Bucket, BucketProperties, change, checked_name, told};
use crate::access::AccessProperties;
use crate::client::Ask;
use crate::store::{Store, with_query};

/// What happens if the bucket is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum IfExists {
    Error,
    /// It is changed.
    Update,
    /// It stays as it is.
    Skip,
}

impl Word for IfExists {}

/// # Create a bucket of Cloud Storage
///
/// Makes a bucket in the project of the task.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateBucket {
    #[serde(flatten)]
    access: AccessProperties,
    /// The name of the bucket.
    name: Expr<String>,
    #[serde(flatten)]
    bucket: BucketProperties,
    /// What happens if there is one of this name already: that is a failure, it is changed, or it stays as it is.
    #[serde(default)]
    if_exists: Option<Expr<IfExists>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The bucket.
    bucket: Bucket,
    /// Whether it was there and was changed.
    updated: bool,
    /// Whether it was made.
    created: bool,
}

impl Task for CreateBucket {
    const TYPE: &'static str = "io.kestra.plugin.gcp.gcs.CreateBucket";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let name = checked_name(&cx.render(&self.name)?)?;
        let changes = self.bucket.read(cx)?;
        let if_exists = cx.filled(self.if_exists.as_ref())?.unwrap_or(IfExists::Error);
        let store = Store::open(cx, &self.access)?;
        let project = store.access.project(cx).await?;
        let mut whole = changes.clone();
        whole.insert("name".to_owned(), name.clone().into());
        // Sent twice, the second time would find the bucket of the first.
        let ask = Ask::new("POST", with_query(&store.buckets(), &[("project", Some(project))])).once();
        match store.client.json(cx, &ask.json(&Value::Object(whole))).await {
            Ok(answer) => Ok(Output { bucket: Bucket::read(&answer), updated: false, created: true }),
            Err(trouble) if trouble.status() == 409 && if_exists == IfExists::Update => {
                let bucket = change(cx, &store, &name, &without_place(changes)).await?;
                Ok(Output { bucket, updated: true, created: false })
            }
            Err(trouble) if trouble.status() == 409 && if_exists == IfExists::Skip => {
                let answer = store.client.json(cx, &Ask::new("GET", store.bucket(&name))).await;
                let answer = answer.map_err(|trouble| told(trouble, &name, "is not one of yours"))?;
                Ok(Output { bucket: Bucket::read(&answer), updated: false, created: false })
            }
            Err(trouble) if trouble.status() == 409 => Err(trouble.told_with(
                &format!("the bucket `{name}` cannot be made"),
                |_| {
                    Some(
                        "If it is yours, `ifExists: SKIP` or `UPDATE` takes it as it is; otherwise choose another name, since names \
                         are shared by all of Google Cloud"
                            .to_owned(),
                    )
                },
            )),
            Err(trouble) => Err(told(trouble, &name, "cannot be made")),
        }
    }
}

/// Where a bucket is cannot be changed.
fn without_place(mut changes: serde_json::Map<String, Value>) -> Value {
    changes.shift_remove("location");
    Value::Object(changes)
}
