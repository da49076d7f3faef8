//! Private keys, as texts of flows.

use kapelle_model::{Failure, Text};
use russh::keys::{Error, PrivateKey, decode_secret_key};

/// Reads a private key of OpenSSH or in PEM. `property` is where it stands.
pub(crate) fn private_key(
    text: &Text,
    passphrase: Option<&Text>,
    property: &str,
) -> Result<PrivateKey, Failure> {
    let written = mended(text.expose());
    let passphrase = passphrase.map(Text::expose).filter(|text| !text.is_empty());
    decode_secret_key(&written, passphrase).map_err(|error| {
        let reason = match (&error, passphrase) {
            (Error::KeyIsEncrypted, None) => "it is encrypted: say its passphrase".to_owned(),
            (_, None) if written.contains("ENCRYPTED") => "it is encrypted: say its passphrase".to_owned(),
            (Error::CouldNotReadKey, _) if !written.contains("PRIVATE KEY") => {
                "it is no private key: it begins with `-----BEGIN … PRIVATE KEY-----`".to_owned()
            }
            (_, Some(_)) => format!("its passphrase is wrong, or its form is not known ({error})"),
            _ => error.to_string(),
        };
        Failure::new(format!("the key in `{property}` cannot be read: {reason}"))
    })
}

/// Keys that went through a variable or one line of YAML lost their line breaks, or have them as `\n`.
fn mended(text: &str) -> String {
    let text = text.trim().replace("\r\n", "\n").replace("\\n", "\n");
    let is_one_line = text.lines().count() == 1 && text.starts_with("-----BEGIN ");
    let parts = if is_one_line { text.splitn(3, "-----").nth(2).map(str::to_owned) } else { None };
    let Some((head, body, tail)) = parts.as_deref().and_then(|rest| {
        let start = text.len() - rest.len();
        let end = rest.rfind("-----END")?;
        Some((&text[..start], &rest[..end], &rest[end..]))
    }) else {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        return format!("{}\n", lines.join("\n"));
    };
    let body: String = body.split_whitespace().collect();
    format!("{head}\n{body}\n{tail}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_lost_their_lines_get_them_back() {
        let lines = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\nBBBB\n-----END OPENSSH PRIVATE KEY-----\n";
        let one = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAABBBB\n-----END OPENSSH PRIVATE KEY-----\n";
        assert_eq!(mended(&lines.replace('\n', "\r\n")), lines);
        assert_eq!(mended(&lines.replace('\n', "\\n")), lines);
        assert_eq!(mended(&lines.replace('\n', "\n   ")), lines);
        assert_eq!(mended(&lines.replace('\n', " ")), one);
    }

    #[test]
    fn what_is_no_key_says_so_without_showing_it() {
        let failure = private_key(&"hunter2".into(), None, "privateKey").unwrap_err().to_string();
        assert_eq!(
            failure,
            "the key in `privateKey` cannot be read: it is no private key: it begins with `-----BEGIN … PRIVATE KEY-----`"
        );
    }
}
