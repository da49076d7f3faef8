//! Functions that render, and what decides about missing values.

use kapelle_model::Value;

use super::checks::is_empty;
use super::{Builtin, Call, optional, required};
use crate::expression::error::{Category, Error, Outcome};
use crate::expression::rendering;

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::function("block", "Renders a block of the template again.", block)
        .takes(&[required("name")])
        .gives("{% block b %}x{% endblock %}{{ block('b') }}", "xx")
        .keeps_marks(),
    Builtin::filter("default", "Gives another value for one that is missing, null or empty.", default)
        .takes(&[optional("default", "null")])
        .gives("{{ nope.x | default('d') }}", "d")
        .keeps_marks(),
    Builtin::function(
        "render",
        "Renders a text or every text of a list or map, until nothing changes any more.",
        render_fully,
    )
    .takes(&[required("toRender"), optional("recursive", "true")])
    .gives("{% set name = 'Ada' %}{{ render('Hello {{ name }}') }}", "Hello Ada")
    .keeps_marks(),
    Builtin::function("renderOnce", "Renders a text or every text of a list or map, once.", render_once)
        .takes(&[required("toRender")])
        .gives("{% set name = 'Ada' %}{{ renderOnce('Hello {{ name }}') }}", "Hello Ada")
        .keeps_marks(),
];

fn block(_call: &mut Call<'_, '_>) -> Outcome {
    Err(Error::argument("blocks are rendered where they are written"))
}

fn render_fully(call: &mut Call<'_, '_>) -> Outcome {
    let recursive = match call.argument(1) {
        None => true,
        Some(Value::Bool(recursive)) => *recursive,
        Some(other) => return Err(call.wrong_argument(1, "true or false", other)),
    };
    render(call, recursive)
}

fn render_once(call: &mut Call<'_, '_>) -> Outcome {
    render(call, false)
}

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
    if is_empty(&input) { Ok(call.argument(0).cloned().unwrap_or_default()) } else { Ok(input) }
}
