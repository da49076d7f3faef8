//! The XML of answers: elements with texts, without names of spaces and attributes.
//!
//! Only the services write what is read here, so that it is small: no document types, no entities but the usual ones.

/// Levels of elements within each other.
const DEPTH_MAX: usize = 32;

/// An element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    /// Without its prefix.
    pub(crate) name: String,
    /// All texts directly in it.
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    /// The first child of this name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(crate) fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of the first child of this name, if there is any.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str()).filter(|text| !text.is_empty())
    }

    /// The first element of this name within it, at any depth.
    pub(crate) fn find(&self, name: &str) -> Option<&Self> {
        self.child(name).or_else(|| self.children.iter().find_map(|child| child.find(name)))
    }
}

/// Reads a document.
pub(crate) fn read(text: &str) -> Result<Element, String> {
    let mut open = vec![Element::default()];
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        add_text(&mut open, &rest[..start])?;
        rest = &rest[start..];
        if let Some(after) = rest.strip_prefix("<![CDATA[") {
            let (data, after) = after.split_once("]]>").ok_or("a part of it has no end")?;
            if let Some(last) = open.last_mut() {
                last.text.push_str(data);
            }
            rest = after;
        } else if let Some(after) = rest.strip_prefix("<!--") {
            rest = after.split_once("-->").ok_or("a comment in it has no end")?.1;
        } else {
            let end = tag_end(rest).ok_or("a tag in it has no end")?;
            tag(&mut open, &rest[1..end])?;
            rest = &rest[end + 1..];
        }
    }
    let mut root = open.pop().ok_or("it ends before it began")?;
    if !open.is_empty() {
        return Err(format!("the element `{}` has no end", root.name));
    }
    root.children.pop().ok_or_else(|| "there is no element in it".to_owned())
}

/// Where a tag ends; a `>` between quotes is none.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'>') => return Some(at),
            _ => {}
        }
    }
    None
}

fn tag(open: &mut Vec<Element>, content: &str) -> Result<(), String> {
    // Declarations say nothing of the data.
    if content.starts_with(['?', '!']) {
        return Ok(());
    }
    if let Some(name) = content.strip_prefix('/') {
        return close(open, local(name.trim_end()));
    }
    if open.len() > DEPTH_MAX {
        return Err(format!("it has more than {DEPTH_MAX} levels"));
    }
    let (content, is_closed) = match content.strip_suffix('/') {
        Some(content) => (content, true),
        None => (content, false),
    };
    let name = local(content.split_whitespace().next().unwrap_or_default());
    open.push(Element { name: name.to_owned(), ..Element::default() });
    if is_closed { close(open, name) } else { Ok(()) }
}

fn close(open: &mut Vec<Element>, name: &str) -> Result<(), String> {
    let mut done = open.pop().ok_or("it ends twice")?;
    let above = open.last_mut().ok_or("it ends before it began")?;
    if done.name != name {
        return Err(format!("the element `{}` ends as `{name}`", done.name));
    }
    // What stands between elements is only there for the eye.
    if !done.children.is_empty() {
        done.text.clear();
    }
    above.children.push(done);
    Ok(())
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn add_text(open: &mut [Element], raw: &str) -> Result<(), String> {
    let Some(last) = open.last_mut() else { return Ok(()) };
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('&') {
        last.text.push_str(before);
        let (name, after) = after.split_once(';').ok_or("an entity in it has no end")?;
        last.text.push(entity(name).ok_or_else(|| format!("the entity `{name}` is unknown"))?);
        rest = after;
    }
    last.text.push_str(rest);
    Ok(())
}

fn entity(name: &str) -> Option<char> {
    let number = |digits: &str, radix| char::from_u32(u32::from_str_radix(digits, radix).ok()?);
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => match name.strip_prefix("#x") {
            Some(digits) => number(digits, 16),
            None => number(name.strip_prefix('#')?, 10),
        },
    }
}

/// A text as it stands in an element.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\r' => escaped.push_str("&#13;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn elements_have_texts_and_children() {
        let text = "<?xml version=\"1.0\"?>\n<!-- a > b --><s:R xmlns:s=\"http://x/>\">\n <A>1 &lt; 2 &#x26;&#233;</A>\n \
                    <B/><A><![CDATA[<raw>]]></A><C><D>deep</D></C></s:R>\n";
        let root = read(text).unwrap();
        assert_eq!(root.name, "R");
        assert_eq!(root.all("A").map(|a| a.text.as_str()).collect::<Vec<_>>(), ["1 < 2 &é", "<raw>"]);
        assert_eq!((root.get("B"), root.find("D").unwrap().text.as_str()), (None, "deep"));
    }

    #[test]
    fn what_is_no_xml_is_told() {
        for (text, reason) in [
            ("", "no element"),
            ("not found", "no element"),
            ("<a>", "`a` has no end"),
            ("<a></b>", "`a` ends as `b`"),
            ("</a>", "before it began"),
            ("<a", "no end"),
            ("<a>&nbsp;</a>", "`nbsp`"),
        ] {
            assert!(read(text).unwrap_err().contains(reason), "{text}: {:?}", read(text));
        }
        assert!(read(&"<a>".repeat(100)).unwrap_err().contains("levels"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[<>/&;!\\[\\]CDATA a\"'-]*") {
            let _any = read(&text);
        }

        #[test]
        fn texts_come_back(text in "\\PC*") {
            let root = read(&format!("<a>{}</a>", escaped(&text))).unwrap();
            prop_assert_eq!(root.text, text);
        }
    }
}
