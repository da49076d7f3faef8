//! Vectors in one entry of the key-value store of the namespace: for a few hundred texts.

use kapelle_core::language::Language;
use kapelle_core::property::Property;
use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::{Expr, KeyToSet, RunContext};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Match, Segment, likeness};
use crate::chat::{items_at, text_at};
use crate::value;

/// The name where a flow says nothing.
const NAME: &str = "{{ flow.id }}-embedding-store";

/// Bytes of the entry.
const BYTES_MAX: usize = 64 << 20;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct KvStore {
    kv_name: Option<Expr<String>>,
}

impl KvStore {
    fn name(&self, cx: &RunContext) -> Result<String, Failure> {
        match &self.kv_name {
            Some(name) => cx.render(name),
            None => cx.render(&Expr::of(Property::text(NAME, Language::One))),
        }
    }

    fn entries(cx: &RunContext, name: &str) -> Result<Vec<Json>, Failure> {
        let kept = cx.host.keys().get(&cx.place.namespace, name)?.filter(|kept| !kept.is_expired);
        let Some(kept) = kept else { return Ok(Vec::new()) };
        let wrong =
            || Failure::new(format!("the key `{name}` holds no vectors: name another one by `kvName`"));
        let json: Json = match &kept.value {
            Value::Str(text) => serde_json::from_str(text.expose()).map_err(|_| wrong())?,
            other => value::json(other)?,
        };
        json.get("entries").and_then(Json::as_array).cloned().ok_or_else(wrong)
    }

    pub(super) fn add(&self, cx: &RunContext, segments: &[Segment], drops: bool) -> Result<Map, Failure> {
        let name = self.name(cx)?;
        let mut entries = if drops { Vec::new() } else { Self::entries(cx, &name)? };
        let begins = entries.len();
        for (number, segment) in segments.iter().enumerate() {
            let metadata = value::json(&Value::Map(segment.metadata.clone().into()))?;
            entries.push(json!({
                "id": format!("{}-{}", cx.place.run_id, begins + number),
                "embedding": { "vector": segment.vector },
                "embedded": { "text": segment.text, "metadata": { "metadata": metadata } },
            }));
        }
        let text = json!({ "entries": entries }).to_string();
        if text.len() > BYTES_MAX {
            return Err(Failure::new(format!(
                "the vectors have more than {BYTES_MAX} bytes, which is too much for one key: use several by `kvName`"
            )));
        }
        let key = KeyToSet {
            key: name.clone(),
            value: text.as_str().into(),
            description: Some("Vectors of texts.".to_owned()),
            expires: None,
            may_overwrite: true,
        };
        cx.host.keys().set(&cx.place.namespace, &key)?;
        Ok(Map::from_iter([("kvName".into(), Value::from(name.as_str()))]))
    }

    pub(super) fn search(
        &self,
        cx: &RunContext,
        vector: &[f32],
        most: usize,
        least: f64,
    ) -> Result<Vec<Match>, Failure> {
        let name = self.name(cx)?;
        let mut found = Vec::new();
        for entry in Self::entries(cx, &name)? {
            let own: Vec<f32> = items_at(&entry, "/embedding/vector")
                .iter()
                .filter_map(|number| number.as_f64().map(|number| number as f32))
                .collect();
            let score = likeness(vector, &own).ok_or_else(|| {
                Failure::new(format!(
                    "the vectors in `{name}` have {} numbers and the one of the question has {}: ask with the model that made them",
                    own.len(),
                    vector.len()
                ))
            })?;
            if score >= least {
                let metadata = match entry.pointer("/embedded/metadata/metadata").map(value::value) {
                    Some(Value::Map(map)) => (*map).clone(),
                    _ => Map::new(),
                };
                let text = text_at(&entry, "/embedded/text").unwrap_or_default().to_owned();
                found.push(Match { text, metadata, score });
            }
        }
        found.sort_by(|one, other| other.score.total_cmp(&one.score));
        found.truncate(most);
        Ok(found)
    }
}
