//! Entries of the record of who did what.

use kapelle_store::audit::AuditRecord;
use serde_json::{Value as Json, json};

use super::moment;
use crate::audit::read::{detail, kind};

pub(crate) fn item(record: &AuditRecord) -> Json {
    let entry = &record.entry;
    let detail = detail(record);
    let resource = resource(record);
    json!({
        "auditLog": {
            "id": record.number.to_string(),
            "tenantId": &*entry.tenant,
            "type": kind(record),
            "detail": {
                "type": resource,
                "resource": resource,
                "resourceType": resource,
                "id": &*entry.subject,
                "action": &*entry.action,
                "route": detail["route"],
                "status": detail["status"],
            },
            "date": moment(entry.at),
            "userId": &*entry.actor,
            "ipAddress": detail["address"],
        },
        "user": {"id": &*entry.actor, "username": &*entry.actor},
    })
}

fn resource(record: &AuditRecord) -> String {
    record.entry.action.split('.').next().unwrap_or_default().to_ascii_uppercase()
}

/// A table for programs that calculate.
pub(crate) fn csv(records: &[AuditRecord]) -> String {
    let mut text = "id,date,user,type,action,route,subject,status,address\n".to_owned();
    for record in records {
        let (entry, detail) = (&record.entry, detail(record));
        let word = |name: &str| match &detail[name] {
            Json::String(text) => text.clone(),
            Json::Null => String::new(),
            other => other.to_string(),
        };
        let cells = [
            record.number.to_string(),
            moment(entry.at),
            entry.actor.to_string(),
            kind(record).to_owned(),
            entry.action.to_string(),
            word("route"),
            entry.subject.to_string(),
            word("status"),
            word("address"),
        ];
        text += &cells.map(|cell| quoted(&cell)).join(",");
        text.push('\n');
    }
    text
}

/// A cell that nobody takes for a formula.
fn quoted(cell: &str) -> String {
    let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}
