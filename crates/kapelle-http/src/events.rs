//! Events that a server sends, by the rules of the standard (server-sent events).

/// An event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    pub data: String,
    pub id: Option<String>,
    pub name: Option<String>,
    pub comment: Option<String>,
    pub retry_ms: Option<i64>,
}

/// Puts chunks together to events. One that does not end is none.
#[derive(Default)]
pub struct Events {
    line: Vec<u8>,
    /// The last byte was a carriage return, after which a line feed means nothing.
    is_after_return: bool,
    is_begun: bool,
    event: Event,
    has_data: bool,
}

impl Events {
    /// The events that end with these bytes.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Event> {
        let mut found = Vec::new();
        for byte in bytes {
            let is_second = *byte == b'\n' && self.is_after_return;
            self.is_after_return = *byte == b'\r';
            match byte {
                b'\n' if is_second => {}
                b'\n' | b'\r' => {
                    let line = std::mem::take(&mut self.line);
                    found.extend(self.take(&String::from_utf8_lossy(&line)));
                }
                byte => self.line.push(*byte),
            }
        }
        found
    }

    fn take(&mut self, line: &str) -> Option<Event> {
        let line = if self.is_begun { line } else { line.strip_prefix('\u{feff}').unwrap_or(line) };
        self.is_begun = true;
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            return std::mem::take(&mut self.has_data).then_some(event);
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
        match field {
            "data" => {
                if self.has_data {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(&value);
                self.has_data = true;
            }
            "id" if !value.contains('\0') => self.event.id = Some(value),
            "event" => self.event.name = Some(value),
            "retry" => self.event.retry_ms = value.parse().ok(),
            "" => self.event.comment = Some(value),
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_the_same_however_they_are_cut() {
        let stream = "\u{feff}data: one\n\n: hello\nid: 7\r\nevent: add\r\ndata:two\r\ndata:  three\r\n\r\nid: 8\n\ndata\nretry: 10\n\ndata: lost";
        let event = |data: &str| Event { data: data.to_owned(), ..Event::default() };
        let expected = [
            event("one"),
            Event {
                id: Some("7".to_owned()),
                name: Some("add".to_owned()),
                comment: Some("hello".to_owned()),
                ..event("two\n three")
            },
            Event { retry_ms: Some(10), ..event("") },
        ];
        for size in [1, 2, 3, 7, 1_000] {
            let mut events = Events::default();
            let found: Vec<Event> =
                stream.as_bytes().chunks(size).flat_map(|chunk| events.push(chunk)).collect();
            assert_eq!(found, expected, "{size}");
        }
    }
}
