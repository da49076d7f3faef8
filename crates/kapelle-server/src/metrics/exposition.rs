//! The text in which Prometheus reads numbers.

use std::fmt::Write;

/// What a number does in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Counter,
    Gauge,
    Histogram,
    Summary,
}

/// All numbers of one name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Family {
    pub(crate) name: String,
    pub(crate) help: &'static str,
    pub(crate) shape: Shape,
    pub(crate) samples: Vec<Sample>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sample {
    /// What stands behind the name of the family: `_bucket`, `_sum`, `_count`.
    pub(crate) suffix: &'static str,
    pub(crate) labels: Vec<(&'static str, String)>,
    pub(crate) value: f64,
}

impl Shape {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::Summary => "summary",
        }
    }
}

impl Family {
    pub(crate) fn new(name: impl Into<String>, shape: Shape, help: &'static str) -> Self {
        Self { name: name.into(), help, shape, samples: Vec::new() }
    }

    #[must_use]
    pub(crate) fn with(mut self, samples: impl IntoIterator<Item = Sample>) -> Self {
        self.samples.extend(samples);
        self
    }
}

impl Sample {
    pub(crate) const fn plain(value: f64) -> Self {
        Self { suffix: "", labels: Vec::new(), value }
    }

    pub(crate) const fn of(labels: Vec<(&'static str, String)>, value: f64) -> Self {
        Self { suffix: "", labels, value }
    }
}

/// The families one after the other; those without numbers are left out.
pub(crate) fn text(families: &[Family]) -> String {
    let mut text = String::new();
    for family in families.iter().filter(|family| !family.samples.is_empty()) {
        let (name, help, word) = (&family.name, family.help, family.shape.word());
        text.push_str(&["# HELP ", name, " ", help, "\n# TYPE ", name, " ", word, "\n"].concat());
        for sample in &family.samples {
            text.push_str(name);
            text.push_str(sample.suffix);
            labels(&sample.labels, &mut text);
            // Writing into a text does not fail.
            let _written = writeln!(text, " {}", sample.value);
        }
    }
    text
}

fn labels(labels: &[(&'static str, String)], text: &mut String) {
    let all: Vec<String> =
        labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    if !all.is_empty() {
        text.push_str(&["{", &all.join(","), "}"].concat());
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_with_their_labels_escaped() {
        let family = Family::new("a_total", Shape::Counter, "What it is")
            .with([Sample::of(vec![("x", "a\"b\\\n".to_owned())], 2.0), Sample::plain(0.5)]);
        let none = Family::new("b", Shape::Gauge, "Nothing");
        assert_eq!(
            text(&[family, none]),
            "# HELP a_total What it is\n# TYPE a_total counter\na_total{x=\"a\\\"b\\\\\\n\"} 2\na_total 0.5\n"
        );
    }
}
