//! Rendering of texts that come up while rendering, and of whole structures.

use std::sync::Arc;

use kapelle_model::{Map, Text, Value};

use super::environment::Environment;
use super::error::{Error, Outcome};
use super::form;
use super::lexer::{find_opening, raw_block};
use super::run::Run;
use super::template::Template;
use crate::cache::Cache;
use crate::language::Language;

/// Renderings of a text until it no longer changes.
const ATTEMPTS_MAX: usize = 100;

/// Calls of `render` one inside the other.
const RENDERS_MAX: usize = 16;

/// Templates that are kept, and how long they may be.
const KEPT_MAX: usize = 1000;
const KEPT_BYTES_MAX: usize = 4096;

/// Bytes of a text that cost one step to read.
const BYTES_PER_STEP: usize = 16;

/// Templates that were read while rendering: most flows render the same few again and again. One for each level.
static KEPT: [Cache<Template>; 2] = [const { Cache::new(KEPT_MAX, KEPT_BYTES_MAX) }; 2];

/// Renders every text in a structure, keys too; everything else stays as it is.
pub fn render_structure(value: &Value, environment: Environment<'_>) -> Outcome {
    structure(value, true, environment.settings.recursive, &mut Run::new(environment))
}

/// `render` and `renderOnce`: text gives text, collections are rendered deeply, everything else is passed on.
pub(super) fn render(value: &Value, recursive: bool, run: &mut Run<'_>) -> Outcome {
    if run.renders == RENDERS_MAX {
        return Err(too_many().help("a text that renders itself never ends"));
    }
    run.renders += 1;
    let rendered = structure(value, false, recursive, run).map_err(Error::seal);
    run.renders -= 1;
    rendered
}

/// `is_inner` says that a template without any output is null and not an empty text.
fn structure(value: &Value, is_inner: bool, recursive: bool, run: &mut Run<'_>) -> Outcome {
    Ok(match value {
        Value::Str(text) => match rendered(text, recursive, run)? {
            Some(text) => Value::Str(text),
            None if is_inner => Value::Null,
            None => Value::Str(Text::default()),
        },
        Value::List(items) => {
            run.allocate(items.len() * size_of::<Value>())?;
            let items = items.iter().map(|item| structure(item, true, recursive, run));
            Value::List(Arc::new(items.collect::<Outcome<_>>()?))
        }
        Value::Map(map) => {
            run.allocate(map.len() * 2 * size_of::<Value>())?;
            let mut rendered_map = Map::with_capacity(map.len());
            let mut has_secret_key = false;
            for (key, item) in map.iter() {
                let item = structure(item, true, recursive, run)?;
                let key = rendered(&Text::from(&**key), recursive, run)?.unwrap_or_default();
                has_secret_key |= key.has_secret();
                // Of equal keys the first one wins.
                rendered_map.entry(Arc::from(key.expose())).or_insert(item);
            }
            let map = Value::Map(Arc::new(rendered_map));
            if has_secret_key { map.into_secret() } else { map }
        }
        Value::Secret(inner) => structure(inner, is_inner, recursive, run)?.into_secret(),
        other => other.clone(),
    })
}

fn rendered(text: &Text, recursive: bool, run: &mut Run<'_>) -> Outcome<Option<Text>> {
    if find_opening(text.expose(), 0).is_none() {
        return Ok(Some(text.clone()));
    }
    if recursive {
        return until_stable(text.clone(), run);
    }
    let kept_before = std::mem::replace(&mut run.keeps_raw, false);
    let outcome = once(text, run);
    run.keeps_raw = kept_before;
    outcome
}

/// Renders a text again and again until it stays the same.
pub(super) fn until_stable(text: Text, run: &mut Run<'_>) -> Outcome<Option<Text>> {
    let kept_before = std::mem::replace(&mut run.keeps_raw, true);
    let outcome = repeated(text, run);
    run.keeps_raw = kept_before;
    Ok(outcome?.map(|text| if run.keeps_raw { text } else { without_raw_tags(&text) }))
}

fn repeated(mut text: Text, run: &mut Run<'_>) -> Outcome<Option<Text>> {
    for _ in 0..ATTEMPTS_MAX {
        if find_opening(text.expose(), 0).is_none() {
            return Ok(Some(text));
        }
        match once(&text, run)? {
            Some(next) if next.expose() != text.expose() => text = next,
            last => return Ok(last),
        }
    }
    Err(too_many().help("texts that refer to each other never end"))
}

fn too_many() -> Box<Error> {
    Error::limit("Too many rendering attempts")
}

/// One rendering. What comes out of a secret template is secret.
fn once(text: &Text, run: &mut Run<'_>) -> Outcome<Option<Text>> {
    let template = template(text, run)?;
    // Its ranges are not those of the template that is looked at.
    let trace = run.trace.take();
    let rendered = template.once_in(run);
    run.trace = trace;
    rendered
}

/// Reads a text as a template.
fn template(text: &Text, run: &mut Run<'_>) -> Outcome<Arc<Template>> {
    // Paid for whether it is kept or not: what a rendering may do must not depend on those before it.
    run.step((text.expose().len() / BYTES_PER_STEP) as u64)?;
    let language = run.settings().language;
    let kept = match language {
        Language::One => &KEPT[0],
        Language::Two => &KEPT[1],
    };
    let may_be_kept = !text.has_secret();
    if may_be_kept && let Some(template) = kept.get(text.expose()) {
        return Ok(template);
    }
    let template = Template::compile(text.clone(), language).map_err(|problems| {
        problems
            .first()
            .map_or_else(|| Error::invalid("no template"), |problem| Error::unreadable(problem, text))
    })?;
    let template = Arc::new(template);
    if may_be_kept {
        kept.keep(text.expose(), &template);
    }
    Ok(template)
}

/// The text with the bodies of its raw blocks in place of the blocks.
fn without_raw_tags(text: &Text) -> Text {
    let mut out = super::output::Output::new(usize::MAX);
    let mut from = 0;
    while let Some((whole, body)) = raw_block(text.expose(), from) {
        for part in [from..whole.start, body] {
            form::java(&Value::Str(text.slice(part).unwrap_or_default()), &mut out);
        }
        from = whole.end;
    }
    if from == 0 {
        return text.clone();
    }
    form::java(&Value::Str(text.slice(from..text.expose().len()).unwrap_or_default()), &mut out);
    out.into_text()
}
