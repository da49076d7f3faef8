//! Parquet: files that have columns instead of rows. Schemas are those of [`crate::avro`].

mod columns;
mod fields;
pub(crate) mod ion_to_parquet;
pub(crate) mod parquet_to_ion;
#[cfg(test)]
mod tests;
mod types;
