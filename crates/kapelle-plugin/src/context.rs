//! The world of an attempt, as a task sees it.

use std::sync::{Arc, Mutex, PoisonError};

use kapelle_core::expression::environment::{Environment, Settings};
use kapelle_core::expression::services::Services;
use kapelle_core::expression::{Outcome, Template};
use kapelle_core::property::is_truthy;
use kapelle_model::effect::Level;
use kapelle_model::{Failure, Map, State, Text, Value};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::broken::Broken;
use crate::convert::{FromRendered, unfit};
use crate::expr::Expr;
use crate::host::{Host, Metric, Place};

/// What a task is given: its place, the variables of the moment of its dispatch, and the world.
#[derive(Clone)]
pub struct RunContext {
    pub place: Arc<Place>,
    /// What expressions see.
    pub variables: Arc<Map>,
    pub services: Arc<dyn Services + Send + Sync>,
    pub settings: Arc<Settings>,
    pub host: Arc<dyn Host>,
    /// Told when the attempt has to end.
    pub stop: CancellationToken,
    /// The state that the task asks for, instead of success.
    pub ends_as: Arc<Mutex<Option<State>>>,
}

impl RunContext {
    /// For rendering with its variables.
    pub fn environment(&self) -> Environment<'_> {
        Environment { context: &*self.variables, services: &*self.services, settings: &self.settings }
    }

    /// The value of a property.
    pub fn render<T: FromRendered>(&self, property: &Expr<T>) -> Result<T, Failure> {
        read(property, property.property.render(self.environment()))
    }

    /// The value of a property that may be absent. One that gives nothing counts as absent, but for texts.
    pub fn optional<T: FromRendered>(&self, property: Option<&Expr<T>>) -> Result<Option<T>, Failure> {
        let Some(property) = property else { return Ok(None) };
        match property.property.render(self.environment()) {
            Ok(Value::Null) => Ok(None),
            rendered => read(property, rendered).map(Some),
        }
    }

    /// The same, where an empty text counts as absent too: numbers, durations, words.
    pub fn filled<T: FromRendered>(&self, property: Option<&Expr<T>>) -> Result<Option<T>, Failure> {
        let Some(property) = property else { return Ok(None) };
        match property.property.render(self.environment()) {
            Ok(Value::Null) => Ok(None),
            Ok(Value::Str(text)) if text.expose().trim().is_empty() => Ok(None),
            rendered => read(property, rendered).map(Some),
        }
    }

    /// A template that is one expression gives its value with its type; everything else is rendered as usual.
    pub fn typed(&self, property: &Expr<Value>) -> Result<Value, Failure> {
        property.property.value(self.environment()).map_err(|error| Failure::new(error.text()))
    }

    /// Whether a property holds, as conditions of flowables do.
    pub fn truth<T>(&self, property: &Expr<T>) -> Result<bool, Failure> {
        property.property.truth(self.environment()).map_err(|error| Failure::new(error.text()))
    }

    /// Renders a text that came from elsewhere as a template.
    pub fn render_text(&self, source: &str) -> Result<Text, Failure> {
        let template = Template::compile(source, self.settings.language).map_err(|problems| {
            Failure::new(problems.first().map_or_else(String::new, |problem| problem.message.clone()))
        })?;
        let rendered = template.render(self.environment()).map_err(|error| Failure::new(error.text()))?;
        Ok(rendered.unwrap_or_default())
    }

    /// Whether a text that came from elsewhere holds when it is rendered.
    pub fn text_holds(&self, source: &str) -> Result<bool, Failure> {
        Ok(is_truthy(self.render_text(source)?.expose()))
    }

    /// The same context with more variables; they hide others of the same name.
    #[must_use]
    pub fn with(&self, more: impl IntoIterator<Item = (Arc<str>, Value)>) -> Self {
        let mut variables = (*self.variables).clone();
        variables.extend(more);
        Self { variables: Arc::new(variables), ..self.clone() }
    }

    pub fn log(&self, level: Level, message: impl Into<Text>) {
        self.host.log(level, &message.into());
    }

    pub fn metric(&self, metric: Metric) {
        self.host.metric(metric);
    }

    /// Waits until the attempt has to end: somebody killed it, or its time is up.
    pub async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    pub fn is_stopped(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Does work that keeps a thread for a while, such as copying files, on a thread of its own: others go on meanwhile,
    /// and a time limit holds. The work has to look at [`Self::is_stopped`] from time to time.
    pub async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Broken> + Send + 'static,
    ) -> Result<T, Broken> {
        let cx = self.clone();
        let (tell, told) = oneshot::channel();
        // In a box, so that what starts a thread is compiled once and not for every kind of work.
        let work: Box<dyn FnOnce() + Send> = Box::new(move || {
            // Nobody hears of it if the task ended meanwhile.
            let _heard = tell.send(work(&cx));
        });
        let _detached = tokio::task::spawn_blocking(work);
        told.await.unwrap_or_else(|_| Err(Broken::new("the task ended by a mistake in its program")))
    }

    /// Whether the attempt may go on; if it has to end, the failure that says so.
    pub fn go_on(&self) -> Result<(), Broken> {
        if self.is_stopped() { Err(Broken::killed()) } else { Ok(()) }
    }

    /// Ends in this state if nothing fails.
    pub fn end_as(&self, state: State) {
        *self.ends_as.lock().unwrap_or_else(PoisonError::into_inner) = Some(state);
    }
}

fn read<T: FromRendered>(property: &Expr<T>, rendered: Outcome) -> Result<T, Failure> {
    let value = rendered.map_err(|error| Failure::new(error.text()))?;
    T::from_rendered(value.clone())
        .map_err(|reason| Failure::new(unfit(&value, property.name.as_deref(), &reason)))
}
