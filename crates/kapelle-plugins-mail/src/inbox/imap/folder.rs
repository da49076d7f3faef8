//! Names of folders as IMAP writes them: characters beyond ASCII as UTF-16 in a base64 of its own (RFC 3501, 5.1.3).

use kapelle_core::expression::plain;

pub(super) fn encoded(name: &str) -> String {
    let mut out = String::new();
    let mut wide = String::new();
    for character in name.chars() {
        if matches!(character, ' '..='~') {
            close(&mut out, &mut wide);
            out.push(character);
            if character == '&' {
                out.push('-');
            }
        } else {
            wide.push(character);
        }
    }
    close(&mut out, &mut wide);
    out
}

/// Writes what was gathered.
fn close(out: &mut String, wide: &mut String) {
    if wide.is_empty() {
        return;
    }
    let bytes: Vec<u8> = wide.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let base64 = plain::to_base64(&bytes);
    out.push('&');
    out.push_str(&base64.trim_end_matches('=').replace('/', ","));
    out.push('-');
    wide.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_servers_know_them() {
        for (name, meant) in [
            ("INBOX", "INBOX"),
            ("A & B", "A &- B"),
            ("Entwürfe", "Entw&APw-rfe"),
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("📎", "&2D3czg-"),
        ] {
            assert_eq!(encoded(name), meant);
        }
    }
}
