//! Values for prepared statements.

use jiff::tz::TimeZone;
use kapelle_model::Value;

use super::cells::kind;
use super::packets::put_counted;
use crate::values::text;

/// What asks to run a prepared statement once with these values. Moments are told in the zone of the session.
pub(super) fn execution(statement: u32, values: &[Value], zone: &TimeZone) -> Result<Vec<u8>, String> {
    let mut packet = statement.to_le_bytes().to_vec();
    packet.push(0);
    packet.extend(1_u32.to_le_bytes());
    if values.is_empty() {
        return Ok(packet);
    }
    let mut nulls = vec![0_u8; values.len().div_ceil(8)];
    let (mut kinds, mut contents) = (Vec::new(), Vec::new());
    for (at, value) in values.iter().enumerate() {
        let kind = match value {
            Value::Null => {
                nulls[at / 8] |= 1 << (at % 8);
                kind::NULL
            }
            Value::Bool(value) => {
                contents.push(u8::from(*value));
                kind::TINY
            }
            Value::Int(number) => {
                contents.extend(number.to_le_bytes());
                kind::LONGLONG
            }
            Value::Float(number) => {
                contents.extend(number.to_le_bytes());
                kind::DOUBLE
            }
            Value::Float32(number) => {
                contents.extend(f64::from(*number).to_le_bytes());
                kind::DOUBLE
            }
            Value::Bytes(bytes) => {
                put_counted(bytes, &mut contents);
                kind::BLOB
            }
            Value::Instant(moment) => local(&moment.to_zoned(zone.clone()), &mut contents),
            Value::Zoned(moment) => local(&moment.with_time_zone(zone.clone()), &mut contents),
            other => {
                put_counted(text(other)?.as_bytes(), &mut contents);
                kind::VAR_STRING
            }
        };
        kinds.extend([kind, 0]);
    }
    packet.extend(nulls);
    packet.push(1);
    packet.extend(kinds);
    packet.extend(contents);
    Ok(packet)
}

fn local(moment: &jiff::Zoned, contents: &mut Vec<u8>) -> u8 {
    let text = moment.strftime("%Y-%m-%d %H:%M:%S%.f").to_string();
    put_counted(text.as_bytes(), contents);
    kind::VAR_STRING
}
