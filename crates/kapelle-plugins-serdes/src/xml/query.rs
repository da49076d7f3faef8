//! Which elements of a file are rows.

use kapelle_model::Failure;

/// A path of names from the root: `/catalog/book`. With two slashes in front it may begin anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Query {
    is_anywhere: bool,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    name: String,
    /// Which of the elements of this name, from 0.
    place: Option<usize>,
}

/// An element that is open: its name, and how many of this name were before it in the same element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Open {
    pub(super) name: String,
    pub(super) place: usize,
}

impl Query {
    pub(super) fn read(text: &str) -> Result<Self, Failure> {
        let wrong = |reason: &str| {
            Failure::new(format!(
                "the query `{text}` cannot be used: {reason}. It is a path of names, such as `/catalog/book`, \
                 `/catalog/book/0` for the first book only, or `//book` for books anywhere"
            ))
        };
        let text = text.trim();
        let is_anywhere = text.starts_with("//");
        let path = text.trim_start_matches('/');
        let mut steps: Vec<Step> = Vec::new();
        for part in path.split('/') {
            let name = part.replace("~1", "/").replace("~0", "~");
            let name = name.strip_prefix('@').unwrap_or(&name);
            match (name.parse::<usize>(), steps.last_mut()) {
                _ if name.is_empty() => return Err(wrong("it has an empty step")),
                (Ok(place), Some(step)) if step.place.is_none() => step.place = Some(place),
                (Ok(_), _) => return Err(wrong("a number has to follow a name")),
                _ if name.contains(['[', '*', '(', '=', '|']) => {
                    return Err(wrong("conditions and stars are not understood"));
                }
                _ => steps.push(Step { name: name.to_owned(), place: None }),
            }
        }
        Ok(Self { is_anywhere, steps })
    }

    /// Whether the innermost of the open elements is meant.
    pub(super) fn is_met(&self, open: &[Open]) -> bool {
        self.fits(open, &self.steps)
    }

    /// The name of the attribute of the innermost of the open elements that may be meant.
    pub(super) fn attribute(&self, open: &[Open]) -> Option<&str> {
        let (last, before) = self.steps.split_last()?;
        (last.place.is_none() && !before.is_empty() && self.fits(open, before)).then_some(&last.name)
    }

    fn fits(&self, open: &[Open], steps: &[Step]) -> bool {
        let Some(outside) = open.len().checked_sub(steps.len()) else { return false };
        (outside == 0 || self.is_anywhere)
            && open[outside..].iter().zip(steps).all(|(open, step)| {
                open.name == step.name && step.place.is_none_or(|place| place == open.place)
            })
    }
}
