//! Secrets of flows: where they come from.
//!
//! A source knows some of them; [`SecretChain`] asks one after the other. What comes out is marked as secret and is never
//! part of a message.

mod folder;
mod stored;
mod variables;

use std::sync::Arc;

use kapelle_core::expression::services::Secret;
use kapelle_model::Failure;

pub use folder::SecretFolder;
pub use stored::{SecretEntry, SecretNote, StoredSecrets};
pub use variables::{Plain, SecretVariables, dotenv};

/// A source of secrets.
pub trait Secrets: Send + Sync {
    /// A secret as flows of this namespace see it, also from a namespace above; `None` if there is none.
    fn get(&self, tenant: &str, namespace: &str, key: &str) -> Result<Option<Secret>, Failure>;
}

/// Several sources; the first one that has a secret is believed.
#[derive(Clone, Default)]
pub struct SecretChain {
    sources: Vec<Arc<dyn Secrets>>,
}

impl SecretChain {
    pub fn of(sources: impl IntoIterator<Item = Arc<dyn Secrets>>) -> Self {
        Self { sources: sources.into_iter().collect() }
    }
}

impl Secrets for SecretChain {
    fn get(&self, tenant: &str, namespace: &str, key: &str) -> Result<Option<Secret>, Failure> {
        for source in &self.sources {
            if let Some(secret) = source.get(tenant, namespace, key)? {
                return Ok(Some(secret));
            }
        }
        Ok(None)
    }
}

fn secret(value: String) -> Secret {
    Secret { value: kapelle_model::Text::from(value).into_secret(), metadata: None }
}

#[cfg(test)]
mod tests;
