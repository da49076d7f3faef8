//! XML: elements as maps.

mod elements;
pub(crate) mod ion_to_xml;
mod query;
#[cfg(test)]
mod tests;
pub(crate) mod xml_to_ion;
