//! Questions to a model that end with its answer.

mod chat_completion;
mod classification;
mod image_generation;
mod json_structured_extraction;
mod judged;

use kapelle_plugin::Registry;

#[cfg(test)]
pub(crate) use {
    chat_completion::ChatCompletion, classification::Classification, image_generation::ImageGeneration,
    json_structured_extraction::JsonStructuredExtraction,
};

pub(crate) fn register(r: &mut Registry) {
    r.task::<chat_completion::ChatCompletion>();
    r.task::<classification::Classification>();
    r.task::<image_generation::ImageGeneration>();
    r.task::<json_structured_extraction::JsonStructuredExtraction>();
}
