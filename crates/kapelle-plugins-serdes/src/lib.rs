//! Tasks that turn formats of data into each other.
//!
//! Rows of Ion are in the middle: a format is read into rows or written from them, one row at a time
//! ([`kapelle_plugin::ion`]), so that files may be of any size. A folder has one format. Beside them stands what formats
//! have in common: charsets ([`charset`]), characters with their places ([`characters`]), dates as text ([`moments`]), numbers
//! ([`numbers`]), and what a conversion gives and does with bad rows ([`converted`]). What changes rows without changing their
//! format is in [`records`], [`jsonata`] and [`grok`]; [`compress`] and [`encryption`] are for files of any format.

mod avro;
mod characters;
mod charset;
mod columns;
mod compress;
mod converted;
mod csv;
mod encryption;
mod excel;
mod grok;
mod json;
mod jsonata;
mod local;
mod markdown;
mod moments;
mod numbers;
mod parquet;
mod protobuf;
mod records;
#[cfg(test)]
mod testing;
mod toon;
mod xml;
mod yaml;

use kapelle_plugin::Registry;

/// Everything of this family.
pub fn register(r: &mut Registry) {
    r.task::<avro::avro_to_ion::AvroToIon>();
    r.task::<avro::infer_avro_schema_from_ion::InferAvroSchemaFromIon>();
    r.task::<avro::ion_to_avro::IonToAvro>();
    r.task::<compress::archive_compress::ArchiveCompress>();
    r.task::<compress::archive_decompress::ArchiveDecompress>();
    r.task::<compress::file_compress::FileCompress>();
    r.task::<compress::file_decompress::FileDecompress>();
    r.task::<encryption::file_decrypt::FileDecrypt>();
    r.task::<encryption::file_encrypt::FileEncrypt>();
    r.task::<csv::csv_to_ion::CsvToIon>();
    r.task::<csv::ion_to_csv::IonToCsv>();
    r.task::<excel::excel_to_ion::ExcelToIon>();
    r.task::<excel::ion_to_excel::IonToExcel>();
    r.task::<grok::transform_items::TransformItems>();
    r.task::<grok::transform_value::TransformValue>();
    r.task::<json::ion_to_json::IonToJson>();
    r.task::<json::json_to_ion::JsonToIon>();
    r.task::<json::json_to_jsonl::JsonToJsonl>();
    r.task::<json::json_to_toon::JsonToToon>();
    r.task::<json::toon_to_json::ToonToJson>();
    r.task::<jsonata::transform_items::TransformItems>();
    r.task::<jsonata::transform_value::TransformValue>();
    r.task::<markdown::html_to_markdown::HtmlToMarkdown>();
    r.task::<markdown::markdown_to_html::MarkdownToHtml>();
    r.task::<markdown::markdown_to_text::MarkdownToText>();
    r.task::<parquet::ion_to_parquet::IonToParquet>();
    r.task::<parquet::parquet_to_ion::ParquetToIon>();
    r.task::<protobuf::protobuf_to_ion::ProtobufToIon>();
    r.task::<records::aggregate::Aggregate>();
    r.task::<records::filter::Filter>();
    r.task::<records::map::Map>();
    r.task::<records::select::Select>();
    r.task::<records::unnest::Unnest>();
    r.task::<records::zip::Zip>();
    r.task::<xml::ion_to_xml::IonToXml>();
    r.task::<xml::xml_to_ion::XmlToIon>();
    r.task::<yaml::ion_to_yaml::IonToYaml>();
    r.task::<yaml::json_to_yaml::JsonToYaml>();
    r.task::<yaml::yaml_to_ion::YamlToIon>();
    r.task::<yaml::yaml_to_json::YamlToJson>();
}
