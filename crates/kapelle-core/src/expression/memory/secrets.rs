//! Secrets by namespace, in every namespace, and from the environment.

use std::collections::BTreeMap;

use kapelle_model::{Map, Text, Value};

use crate::expression::builtin::with_parents;
use crate::expression::services::Secret;

#[derive(Default)]
pub(super) struct Secrets {
    pub(super) by_namespace: BTreeMap<String, BTreeMap<String, String>>,
    pub(super) objects: BTreeMap<String, (String, Option<Map>)>,
    /// Decoded, by their names in capitals without `SECRET_`.
    pub(super) environment: BTreeMap<String, String>,
}

impl Secrets {
    /// The secret of the namespace or of its nearest parent that has it, else one that all namespaces see.
    pub(super) fn find(&self, namespace: &str, key: &str) -> Option<Secret> {
        let secret = |value: &String, metadata: Option<&Map>| Secret {
            value: Text::from(value.as_str()).into_secret(),
            metadata: metadata.map(|metadata| {
                metadata.iter().map(|(key, value)| (key.clone(), Value::into_secret(value.clone()))).collect()
            }),
        };
        let inherited =
            || with_parents(namespace).find_map(|namespace| self.by_namespace.get(namespace)?.get(key));
        if let Some(value) = inherited() {
            return Some(secret(value, None));
        }
        if let Some((value, metadata)) = self.objects.get(key) {
            return Some(secret(value, metadata.as_ref()));
        }
        self.environment.get(&key.to_uppercase()).map(|value| secret(value, None))
    }
}
