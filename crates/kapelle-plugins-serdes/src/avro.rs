//! Avro: schemas, values that have one, and files of them. Parquet uses the same schemas.
//!
//! [`schema`] reads and writes schemas, [`infer`] makes one of rows, [`fit`] makes typed values of rows, [`binary`] their
//! bytes, [`container`] the files.

pub(crate) mod avro_to_ion;
mod binary;
mod container;
pub(crate) mod datum;
pub(crate) mod fit;
pub(crate) mod infer;
pub(crate) mod infer_avro_schema_from_ion;
pub(crate) mod ion_to_avro;
pub(crate) mod properties;
pub(crate) mod schema;
#[cfg(test)]
pub(crate) mod tests;
