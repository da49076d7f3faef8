use super::*;

const SYNTAX: Syntax = Syntax {
    backslashes: false,
    backticks: false,
    brackets: false,
    dollars: false,
    hashes: false,
    nested_comments: false,
    bodies: false,
};

/// A row whose values are what their names are, in capital letters.
fn row(names: &str) -> Value {
    let value =
        |name: char| (Arc::from(name.to_string()), Value::from(name.to_uppercase().to_string().as_str()));
    Value::Map(Arc::new(names.chars().map(value).collect()))
}

/// The values of the last of these rows, with `-` for null.
fn last(rows: &[Value]) -> String {
    let template = Template::of("insert into t values (?, ?, ?)", None, Markers::Questions, SYNTAX);
    let mut names = Names::default();
    let lists = rows.iter().map(|row| template.values(row.clone(), &mut names));
    match lists.last().unwrap() {
        Ok(values) => values
            .iter()
            .map(|value| if let Value::Str(text) = value { text.expose() } else { "-" })
            .collect(),
        Err(reason) => reason,
    }
}

#[test]
fn what_a_row_does_not_have_is_null() {
    for (rows, values) in [
        (&["abc"][..], "ABC"),
        (&["ab"], "AB-"),
        (&[""], "---"),
        (&["abc", "ab"], "AB-"),
        // It is known what the values are called.
        (&["abc", "ca"], "A-C"),
        (&["ab", "abc", "c"], "--C"),
        (&["abc", "cab", "bc"], "-BC"),
        (&["abc", "ax"], "AX-"),
        (&["abc", "cab"], "CAB"),
        (&["abcd"], "it has 4 values, and the statement has 3 `?`: name those that are meant in `columns`"),
    ] {
        let rows: Vec<Value> = rows.iter().map(|names| row(names)).collect();
        assert_eq!(last(&rows), values, "{rows:?}");
    }
    let list = Value::List(Arc::new(vec![Value::Int(1)]));
    assert!(last(&[list]).starts_with("it has 1 values"));
}
