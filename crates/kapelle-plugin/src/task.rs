//! What tasks implement.

use std::future::Future;
use std::pin::Pin;

use kapelle_model::{Failure, Map};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::broken::Broken;
use crate::context::RunContext;
use crate::outputs::outputs;

/// A type of task: the struct holds its properties as the flow has them.
///
/// A property that may be an expression is an [`Expr`](crate::Expr), rendered when the task asks for it; everything else
/// is used as written. Where a struct is flattened into others, all its texts are expressions.
pub trait Task: DeserializeOwned + JsonSchema + Send + Sync + Sized + 'static {
    /// The full current name. Older names are the catalogue's business.
    const TYPE: &'static str;

    /// Whether a second run could do harm: it calls somebody, starts a program, writes something that others see. Of
    /// such a task it is on the disk that it began before it begins.
    const HAS_EFFECTS: bool = true;

    /// What it gives; `()` if nothing.
    type Output: Serialize + JsonSchema + Send;

    /// Does the work. It ends soon after [`RunContext::stopped`] does, and never panics.
    fn run(&self, cx: &RunContext) -> impl Future<Output = Result<Self::Output, Broken>> + Send;
}

/// A task at work.
pub type Running<'a> = Pin<Box<dyn Future<Output = Result<Map, Broken>> + Send + 'a>>;

/// A task whose type is not known any more.
pub trait ErasedTask: Send + Sync {
    fn run<'a>(&'a self, cx: &'a RunContext) -> Running<'a>;
}

impl<T: Task> ErasedTask for T {
    fn run<'a>(&'a self, cx: &'a RunContext) -> Running<'a> {
        Box::pin(async move {
            let output = Task::run(self, cx).await?;
            outputs(&output).map_err(|reason| {
                Failure::new(format!("what the task gives cannot be kept: {reason}")).into()
            })
        })
    }
}
