//! `io.kestra.plugin.serdes.avro.IonToAvro`: writes rows as a file of Avro.

use kapelle_model::Text;
use kapelle_plugin::ion::Rows;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::container::Writer;
use super::fit::Fitting;
use super::infer::check_names;
use super::properties::TypeProperties;
use crate::converted::{BadRows, Converted, OnBadLines, create};

/// # Convert Ion to Avro
///
/// Writes rows as a file of Avro, packed with deflate. Without a schema it is made of the first rows: every field may be
/// null, decimals keep their digits, dates and times keep microseconds.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IonToAvro {
    #[serde(flatten)]
    types: TypeProperties,
    /// The address of the file.
    from: Expr<Text>,
    /// What becomes of values that do not fit the schema: the task fails if nothing is said, else they are null, or their row is
    /// left out where null does not fit.
    on_bad_lines: Option<Expr<OnBadLines>>,
}

impl Task for IonToAvro {
    const TYPE: &'static str = "io.kestra.plugin.serdes.avro.IonToAvro";
    const HAS_EFFECTS: bool = false;
    type Output = Converted;

    async fn run(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl IonToAvro {
    fn work(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let from = cx.render(&self.from)?;
        let mut bad = BadRows::new(cx.filled(self.on_bad_lines.as_ref())?);
        let manner = self.types.manner(cx, bad.forgives())?;
        let schemas = self.types.schemas(cx, &from)?;
        check_names(&schemas.root)?;
        let fitting = Fitting { manner: &manner, schemas: &schemas };
        let mut sync = [0; 16];
        cx.services.random(&mut sync)?;
        let mut writer = Writer::begin(create(cx, ".avro")?, &schemas, sync)?;
        let mut rows = Rows::open(cx, &from)?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            match fitting.row(&row) {
                Ok(fitted) => {
                    bad.forgive(cx, rows.number(), &fitted.forgiven);
                    writer.add(&fitted.datum, &schemas)?;
                    count += 1;
                }
                Err(reason) => bad.meet(cx, &format!("row {}{reason}", rows.number()))?,
            }
        }
        bad.tell(cx);
        Converted::file(cx, writer.finish()?, count)
    }
}
