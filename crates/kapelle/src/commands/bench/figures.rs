//! What was measured, for people and for programs.

use serde_json::{Value as Json, json};

/// One thing that was measured.
#[derive(Clone, Debug)]
pub(super) struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    /// The same of a server that only answers.
    bare: Option<f64>,
}

#[derive(Debug, Default)]
pub(super) struct Report {
    figures: Vec<Figure>,
}

impl Figure {
    pub(super) fn of(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { name: name.into(), value, unit, bare: None }
    }

    pub(super) const fn beside(mut self, bare: f64) -> Self {
        self.bare = Some(bare);
        self
    }

    fn ratio(&self) -> Option<f64> {
        self.bare.filter(|bare| *bare > 0.0).map(|bare| self.value / bare)
    }

    fn line(&self, width: usize) -> String {
        let Self { name, value, unit, bare } = self;
        let own = format!("{name:width$}  {:>9} {unit:12}", number(*value));
        let beside = bare
            .zip(self.ratio())
            .map(|(bare, ratio)| format!("  bare {:>9}  ratio {:>7}", number(bare), number(ratio)));
        format!("{}{}", own, beside.unwrap_or_default()).trim_end().to_owned()
    }

    fn json(&self) -> Json {
        let Self { name, value, unit, bare } = self;
        json!({"name": name, "value": value, "unit": unit, "bare": bare, "ratio": self.ratio()})
    }
}

impl Report {
    pub(super) fn add(&mut self, figure: Figure) {
        self.figures.push(figure);
    }

    pub(super) fn text(&self) -> String {
        let width = self.figures.iter().map(|figure| figure.name.chars().count()).max().unwrap_or_default();
        let lines: Vec<String> = self.figures.iter().map(|figure| figure.line(width)).collect();
        lines.join("\n") + "\n"
    }

    pub(super) fn json(&self) -> String {
        let figures: Vec<Json> = self.figures.iter().map(Figure::json).collect();
        format!("{}\n", json!({"figures": figures}))
    }
}

/// As many digits as mean something.
fn number(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_beside_those_of_a_bare_server() {
        let mut report = Report::default();
        report.add(Figure::of("webhook, p50", 1.234, "ms").beside(0.1));
        report.add(Figure::of("memory, idle", 123.4, "MiB"));
        assert_eq!(
            report.text(),
            "webhook, p50       1.23 ms            bare      0.10  ratio    12.3\n\
             memory, idle        123 MiB\n"
        );
        assert!(report.json().contains(r#""name":"memory, idle","value":123.4,"unit":"MiB","bare":null"#));
    }
}
