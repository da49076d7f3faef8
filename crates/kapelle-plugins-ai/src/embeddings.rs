//! Where vectors of texts are kept, and found by likeness.

mod kv;

use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::Expr;

use crate::part::{Part, part};
use crate::session::Session;

const KV: &str = "io.kestra.plugin.ai.embeddings.KestraKVStore";

/// The full names of all of them.
pub(crate) fn parts() -> Vec<String> {
    vec![KV.to_owned()]
}

/// A store of vectors, as a flow writes it.
#[derive(Clone, Debug)]
pub(crate) struct Store(kv::KvStore);

part!(Store, "Where vectors of texts are kept: an object with a `type`.");

/// A text with its vector.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Segment {
    pub(crate) text: String,
    pub(crate) vector: Vec<f32>,
    pub(crate) metadata: Map,
}

/// A text that was found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Match {
    pub(crate) text: String,
    pub(crate) metadata: Map,
    /// From 0, the opposite, to 1, the same.
    pub(crate) score: f64,
}

impl Store {
    fn of(written: &Expr<Value>) -> Result<Self, Failure> {
        let part = Part::of(written.property(), "embedding store")?;
        if part.name == KV {
            Ok(Self(part.read()?))
        } else {
            Err(part.unknown("embedding store", &["KestraKVStore"]))
        }
    }

    /// Keeps segments, beside what is there or in its place. What is told of that as outputs.
    pub(crate) fn add(&self, session: &Session, segments: &[Segment], drops: bool) -> Result<Map, Failure> {
        self.0.add(&session.cx, segments, drops)
    }

    /// The texts that are most like a vector, the likest first.
    pub(crate) fn search(
        &self,
        session: &Session,
        vector: &[f32],
        most: usize,
        least: f64,
    ) -> Result<Vec<Match>, Failure> {
        self.0.search(&session.cx, vector, most, least)
    }
}

/// How much two vectors are alike, from 0 to 1; those of different lengths are not comparable.
fn likeness(one: &[f32], other: &[f32]) -> Option<f64> {
    if one.len() != other.len() {
        return None;
    }
    let product = |one: &[f32], other: &[f32]| -> f64 {
        one.iter().zip(other).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    };
    let lengths = (product(one, one) * product(other, other)).sqrt();
    Some(if lengths == 0.0 { 0.5 } else { f64::midpoint(product(one, other) / lengths, 1.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likeness_is_told_from_0_to_1() {
        let near = |found: Option<f64>, wanted: f64| (found.unwrap() - wanted).abs() < 1e-9;
        assert!(near(likeness(&[1.0, 0.0], &[2.0, 0.0]), 1.0));
        assert!(near(likeness(&[1.0, 0.0], &[-1.0, 0.0]), 0.0));
        assert!(near(likeness(&[1.0, 0.0], &[0.0, 3.0]), 0.5));
        assert!(near(likeness(&[0.0, 0.0], &[0.0, 3.0]), 0.5));
        assert_eq!(likeness(&[1.0], &[1.0, 2.0]), None);
    }
}
