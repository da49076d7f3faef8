//! Functions that render, and what decides about missing values.

use kapelle_model::Value;

use super::{Builtin, Call, Kind, Levels, Parameters, Secrecy, optional, required};
use crate::expression::error::{Category, Error, Outcome};
use crate::expression::rendering;

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin {
        kind: Kind::Function,
        name: "block",
        parameters: Parameters::Named(&[required("name")]),
        summary: "Renders a block of the template again.",
        example: ("{% block b %}x{% endblock %}{{ block('b') }}", Some("xx")),
        secrecy: Secrecy::Own,
        levels: Levels::Both,
        call: |_| Err(Error::argument("blocks are rendered where they are written")),
    },
    Builtin {
        kind: Kind::Filter,
        name: "default",
        parameters: Parameters::Named(&[optional("default", "null")]),
        summary: "Gives another value for one that is missing, null or empty.",
        example: ("{{ nope.x | default('d') }}", Some("d")),
        secrecy: Secrecy::Own,
        levels: Levels::Both,
        call: default,
    },
    Builtin {
        kind: Kind::Function,
        name: "render",
        parameters: Parameters::Named(&[required("toRender"), optional("recursive", "true")]),
        summary: "Renders a text or every text of a list or map, until nothing changes any more.",
        example: ("{% set name = 'Ada' %}{{ render('Hello {{ name }}') }}", Some("Hello Ada")),
        secrecy: Secrecy::Own,
        levels: Levels::Both,
        call: |call| {
            let recursive = match call.argument(1) {
                None => true,
                Some(Value::Bool(recursive)) => *recursive,
                Some(other) => return Err(call.wrong_argument(1, "true or false", other)),
            };
            render(call, recursive)
        },
    },
    Builtin {
        kind: Kind::Function,
        name: "renderOnce",
        parameters: Parameters::Named(&[required("toRender")]),
        summary: "Renders a text or every text of a list or map, once.",
        example: ("{% set name = 'Ada' %}{{ renderOnce('Hello {{ name }}') }}", Some("Hello Ada")),
        secrecy: Secrecy::Own,
        levels: Levels::Both,
        call: |call| render(call, false),
    },
];

fn render(call: &mut Call<'_, '_>, recursive: bool) -> Outcome {
    if call.run.settings().recursive {
        let message = format!("Function or Macro [{}] does not exist.", call.builtin.name);
        return Err(Error::new(Category::UnknownFunction, message)
            .help("everything is rendered until nothing changes any more, as the server is configured"));
    }
    let Some(value) = call.argument(0).cloned() else {
        return call.required(0).cloned();
    };
    rendering::render(&value, recursive, call.run)
}

fn default(call: &mut Call<'_, '_>) -> Outcome {
    let input = call.take_input();
    if is_missing(&input) { Ok(call.argument(0).cloned().unwrap_or_default()) } else { Ok(input) }
}

fn is_missing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Str(text) => text.expose().trim().is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(map) => map.is_empty(),
        Value::Secret(inner) => is_missing(inner),
        _ => false,
    }
}
