//! `io.kestra.plugin.serdes.xml.XmlToIon`: makes rows of a file in XML.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use kapelle_model::effect::Level;
use kapelle_model::{Text, Value};
use kapelle_plugin::files::open;
use kapelle_plugin::ion::RowFile;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::elements::Elements;
use super::query::Query;
use crate::charset::Charset;
use crate::converted::Converted;

/// Bytes in which the declaration of a file is looked for.
const DECLARATION_BYTES: u64 = 256;

/// # Convert XML to Ion
///
/// Makes rows of the elements of a file in XML. An element with attributes or elements is a map, what it has several times
/// is a list, and text beside them is `content`. Numbers, `true`, `false` and `null` are what they look like.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct XmlToIon {
    /// The address of the file.
    from: Expr<Text>,
    /// The charset of the file; what the file itself says, or UTF-8, if nothing is said.
    charset: Option<Expr<String>>,
    /// The path of the elements that are rows, such as `/catalog/book`. If nothing is said the whole file is one row; one
    /// whose root has nothing but a list has a row for each of its items.
    query: Option<Expr<String>>,
    /// How elements become values.
    parser_configuration: Option<ParserConfiguration>,
}

/// How elements become values.
#[derive(Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ParserConfiguration {
    /// Names of elements that are lists also where there is only one.
    force_list: Option<Expr<Vec<String>>>,
}

impl Task for XmlToIon {
    const TYPE: &'static str = "io.kestra.plugin.serdes.xml.XmlToIon";
    const HAS_EFFECTS: bool = false;
    type Output = Converted;

    async fn run(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl XmlToIon {
    fn work(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let from = cx.render(&self.from)?;
        let query = cx.filled(self.query.as_ref())?;
        let wanted = query.as_deref().map(Query::read).transpose()?;
        let lists =
            self.parser_configuration.as_ref().and_then(|configuration| configuration.force_list.as_ref());
        let lists: BTreeSet<String> = cx.filled(lists)?.unwrap_or_default().into_iter().collect();
        let content = self.decoded(cx, open(cx, &from)?)?;
        let mut elements = Elements::new(cx, content, wanted, lists);
        let mut file = RowFile::create(cx)?;
        while let Some(row) = elements.next()? {
            match list(&row).filter(|_| query.is_none()) {
                Some(items) => items.iter().try_for_each(|item| file.add(item))?,
                None => file.add(&row)?,
            }
        }
        if let (Some(query), 0) = (query, file.count()) {
            cx.log(Level::Warn, format!("nothing in the file is at `{query}`"));
        }
        Converted::rows(cx, file)
    }

    fn decoded(
        &self,
        cx: &RunContext,
        mut content: Box<dyn Read + Send>,
    ) -> Result<impl Read + use<>, Broken> {
        let mut start = Vec::new();
        (&mut content).take(DECLARATION_BYTES).read_to_end(&mut start)?;
        let charset = match (cx.filled(self.charset.as_ref())?, declared(&start)) {
            (Some(name), _) | (None, Some(name)) => Charset::find(&name)?,
            (None, None) => Charset::read(cx, None)?,
        };
        Ok(charset.decode(Box::new(Cursor::new(start).chain(content))))
    }
}

/// The list that is all that a document has in its root, or that the root itself is.
fn list(document: &Value) -> Option<&[Value]> {
    fn only(value: &Value) -> Option<&Value> {
        match value {
            Value::Map(map) if map.len() == 1 => map.values().next(),
            _ => None,
        }
    }
    let root = only(document)?;
    match (root, only(root)) {
        (Value::List(items), _) | (_, Some(Value::List(items))) => Some(items),
        _ => None,
    }
}

/// The charset that a file says it is in, if its letters are those of ASCII.
fn declared(start: &[u8]) -> Option<String> {
    let start = String::from_utf8_lossy(start);
    let declaration = start.trim_start_matches('\u{feff}').strip_prefix("<?xml")?.split("?>").next()?;
    let rest = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    Some(rest[1..].split(quote).next()?.to_owned())
}
