//! The file of recorded cases.

use serde_json::Value as Json;

/// One recorded case.
#[derive(Clone, Debug)]
pub struct Case {
    pub id: String,
    pub tags: Vec<String>,
    /// Documents in the order in which they are saved.
    pub flows: Vec<String>,
    pub steps: Vec<Json>,
    /// What was seen: `flows`, `steps`, and `end` where there are several executions.
    pub expect: Json,
}

/// Stands for the namespace of a case in its flows.
pub const NAMESPACE: &str = "__NS__";

/// Reads a packed file with one case on each line.
pub fn read(packed: &[u8]) -> Result<Vec<Case>, String> {
    let text = unpack(packed)?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .enumerate()
        .map(|(index, line)| case(line).map_err(|why| format!("line {}: {why}", index + 1)))
        .collect()
}

fn case(line: &str) -> Result<Case, String> {
    let json: Json = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let texts = |name: &str| -> Vec<String> {
        let items = json[name].as_array().map_or(&[][..], Vec::as_slice);
        items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    };
    Ok(Case {
        id: json["id"].as_str().ok_or("the case has no id")?.to_owned(),
        tags: texts("tags"),
        flows: texts("flows"),
        steps: json["steps"].as_array().cloned().unwrap_or_default(),
        expect: json["expect"].clone(),
    })
}

/// Bytes that all cases may have together, unpacked.
const BYTES_MAX: usize = 256 << 20;

/// Undoes `gzip`: a header, a deflated body, a checksum.
fn unpack(packed: &[u8]) -> Result<String, String> {
    let body = body(packed).ok_or("this is no file made by gzip")?;
    let bytes = miniz_oxide::inflate::decompress_to_vec_with_limit(body, BYTES_MAX)
        .map_err(|error| format!("it cannot be unpacked: {error}"))?;
    String::from_utf8(bytes).map_err(|_| "it is no text in UTF-8".to_owned())
}

fn body(packed: &[u8]) -> Option<&[u8]> {
    const HAS_EXTRA: u8 = 4;
    const HAS_NAME: u8 = 8;
    const HAS_COMMENT: u8 = 16;
    const HAS_CHECKSUM: u8 = 2;
    let (head, mut rest) = packed.split_at_checked(10)?;
    if head[..3] != [0x1f, 0x8b, 8] {
        return None;
    }
    let flags = head[3];
    if flags & HAS_EXTRA != 0 {
        let (size, after) = rest.split_at_checked(2)?;
        rest = after.get(usize::from(u16::from_le_bytes([size[0], size[1]]))..)?;
    }
    for flag in [HAS_NAME, HAS_COMMENT] {
        if flags & flag != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = &rest[end + 1..];
        }
    }
    if flags & HAS_CHECKSUM != 0 { rest.get(2..) } else { Some(rest) }
}
