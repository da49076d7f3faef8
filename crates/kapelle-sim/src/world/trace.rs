//! What happened, line by line, for who has to find out why.

/// Lines, if somebody wants to read them; writing them down takes longer than the rest.
pub(super) struct Trace {
    is_kept: bool,
    lines: Vec<String>,
}

impl Trace {
    pub(super) const fn new(is_kept: bool) -> Self {
        Self { is_kept, lines: Vec::new() }
    }

    pub(super) fn note(&mut self, millis: i64, line: impl FnOnce() -> String) {
        if self.is_kept {
            let (seconds, rest) = (millis.div_euclid(1_000), millis.rem_euclid(1_000));
            self.lines.push(format!("{seconds:>6}.{rest:03}s  {}", line()));
        }
    }

    pub(super) fn lines(&self) -> &[String] {
        &self.lines
    }
}
