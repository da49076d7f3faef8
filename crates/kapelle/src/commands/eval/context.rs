//! The variables of an evaluation: a file, and single ones from the command line.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use anyhow::bail;
use kapelle_core::expression::{plain, typed};
use kapelle_core::yaml;
use kapelle_model::{Map, Value};

use crate::input::reason;
use crate::outcome::Stop;
use crate::report::printable;

/// Bytes of a file with data; one that large is no longer written by hand.
const DATA_BYTES_MAX: u64 = 16 << 20;

/// Maps inside of each other that a dotted name makes.
const NAMES_MAX: usize = 32;

pub(super) fn read(file: Option<&OsStr>, assignments: &[String]) -> Result<Map, Stop> {
    let mut context = match file {
        None => Map::new(),
        Some(file) => match typed_data(file)? {
            Value::Map(map) => Arc::unwrap_or_clone(map),
            Value::Null => Map::new(),
            _ => {
                let name = Path::new(file).display().to_string();
                let problem = "has to be a map of variables";
                return Err(anyhow::anyhow!("{}: {problem}", printable(&name)).into());
            }
        },
    };
    for assignment in assignments {
        set(&mut context, assignment).map_err(Stop::Usage)?;
    }
    Ok(context)
}

/// The data of a file, with the values that plain data cannot express.
fn typed_data(file: &OsStr) -> anyhow::Result<Value> {
    let data = data(file)?;
    typed::untagged(&data).map_err(|reason| anyhow::anyhow!("{}: {reason}", shown(file)))
}

/// The data of a file: JSON if its name ends so, else YAML.
pub(super) fn data(file: &OsStr) -> anyhow::Result<Value> {
    let mut bytes = Vec::new();
    let open = File::open(file).and_then(|open| open.take(DATA_BYTES_MAX + 1).read_to_end(&mut bytes));
    open.map_err(|error| anyhow::anyhow!("cannot read {}: {}", shown(file), reason(&error)))?;
    if bytes.len() as u64 > DATA_BYTES_MAX {
        bail!(
            "{} has more than {DATA_BYTES_MAX} bytes; leave out what the expression does not read",
            shown(file)
        );
    }
    let text = yaml::decode(&bytes)
        .map_err(|found| anyhow::anyhow!("{} is no text: {}", shown(file), found.message))?;
    let is_json = Path::new(file).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let value = match text.trim() {
        "" => Ok(Value::Null),
        _ if is_json => plain::from_json(text),
        _ => plain::from_yaml(text),
    };
    value.map_err(|reason| anyhow::anyhow!("{}: {reason}", shown(file)))
}

fn shown(file: &OsStr) -> String {
    printable(&file.to_string_lossy())
}

/// Carries out `a.b=value`.
fn set(context: &mut Map, assignment: &str) -> Result<(), String> {
    let (path, written) = assignment
        .split_once('=')
        .ok_or_else(|| format!("`--set {assignment}` has no `=`; write for example `--set inputs.n=3`"))?;
    let names: Vec<&str> = path.split('.').map(str::trim).collect();
    if names.iter().any(|name| name.is_empty()) {
        return Err(format!("`--set {assignment}` needs a name on each side of a dot"));
    }
    if names.len() > NAMES_MAX {
        return Err(format!("`--set` takes at most {NAMES_MAX} names, not {}", names.len()));
    }
    let value = if written.trim().is_empty() {
        // Nothing written is an empty text, as in a shell.
        Value::from(written)
    } else {
        let value = plain::from_yaml(written).and_then(|value| typed::untagged(&value));
        value.map_err(|reason| format!("`--set {path}`: {reason}; a text with such signs needs quotes"))?
    };
    put(context, &names, value).map_err(|name| {
        format!("`--set {path}`: `{name}` is set already and is no map, so nothing can be below it")
    })
}

/// Puts a value below a path; fails with the name that leads nowhere.
fn put<'n>(map: &mut Map, names: &[&'n str], value: Value) -> Result<(), &'n str> {
    let [name, below @ ..] = names else { return Ok(()) };
    if below.is_empty() {
        map.insert(Arc::from(*name), value);
        return Ok(());
    }
    let entry = map.entry(Arc::from(*name)).or_insert_with(|| Value::Map(Arc::default()));
    match entry {
        Value::Map(inner) => put(Arc::make_mut(inner), below, value),
        Value::Null => {
            let mut inner = Map::new();
            put(&mut inner, below, value)?;
            *entry = Value::Map(Arc::new(inner));
            Ok(())
        }
        _ => Err(name),
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    /// The variables after some assignments, or what is wrong with one.
    fn show(assignments: &[&str]) -> String {
        let mut context = Map::new();
        for assignment in assignments {
            if let Err(reason) = set(&mut context, assignment) {
                return reason;
            }
        }
        let text = plain::to_json(&Value::Map(Arc::new(context)), &TimeZone::UTC, false, 1000).unwrap();
        text.expose().to_owned()
    }

    #[test]
    fn assignments_make_maps_and_read_yaml() {
        let cases: [(&[&str], &str); 9] = [
            (&["n=3"], r#"{"n":3}"#),
            (
                &["a.b=\"3\"", "a.c=x=y", "d=[1, {e: null}]"],
                r#"{"a":{"b":"3","c":"x=y"},"d":[1,{"e":null}]}"#,
            ),
            (&["a=1", "a=2"], r#"{"a":2}"#),
            (&["a=", "b= "], r#"{"a":"","b":" "}"#),
            (&["d={\"$duration\": PT5S}"], r#"{"d":5.000000000}"#),
            (&["a=~", "a.b=1"], r#"{"a":{"b":1}}"#),
            (&["a"], "`--set a` has no `=`; write for example `--set inputs.n=3`"),
            (&["a..b=1"], "`--set a..b=1` needs a name on each side of a dot"),
            (&["a=1", "a.b=2"], "`--set a.b`: `a` is set already and is no map, so nothing can be below it"),
        ];
        for (assignments, expected) in cases {
            assert_eq!(show(assignments), expected, "{assignments:?}");
        }
        assert!(show(&["a=[1"]).ends_with("; a text with such signs needs quotes"));
    }
}
