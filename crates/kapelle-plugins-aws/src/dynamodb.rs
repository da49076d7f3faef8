//! Tasks over tables of DynamoDB.

mod attribute;
mod delete_item;
mod get_item;
mod put_item;
mod query;
mod reading;
mod scan;

use kapelle_model::{Failure, Map};
use kapelle_plugin::{Expr, Registry, RunContext};
use serde_json::{Value as Json, json};

use crate::access::AccessProperties;
use crate::service::{Kind, Service};

pub(crate) fn register(r: &mut Registry) {
    r.task::<delete_item::DeleteItem>();
    r.task::<get_item::GetItem>();
    r.task::<put_item::PutItem>();
    r.task::<query::Query>();
    r.task::<scan::Scan>();
}

const KIND: Kind = Kind { name: "dynamodb", host: "dynamodb", prefix: "DynamoDB_20120810", version: "1.0" };

/// A table, and the service that has it.
struct Table {
    service: Service,
    name: String,
}

impl Table {
    fn open(cx: &RunContext, access: &AccessProperties, name: &Expr<String>) -> Result<Self, Failure> {
        let name = cx.render(name)?;
        let service = Service::new(cx, &access.read(cx)?, KIND, Some(&name))?;
        Ok(Self { service, name })
    }

    async fn ask(
        &self,
        cx: &RunContext,
        operation: &str,
        mut body: Json,
    ) -> Result<Json, kapelle_plugin::Broken> {
        body["TableName"] = Json::from(self.name.as_str());
        let told = self.service.ask(cx, operation, &body).await;
        told.map_err(|trouble| {
            trouble.told(&format!("`{operation}` does not work with the table `{}`", self.name))
        })
    }
}

/// The key of an item, as the service wants it.
fn key_of(cx: &RunContext, key: Option<&Expr<Map>>) -> Result<Json, Failure> {
    let key = cx.filled(key)?.filter(|key| !key.is_empty());
    let key =
        key.ok_or_else(|| Failure::new("`key` is missing: write the names of the key with their values"))?;
    Ok(json!({ "Key": attribute::item(&key)? }))
}

#[cfg(test)]
mod tests;
