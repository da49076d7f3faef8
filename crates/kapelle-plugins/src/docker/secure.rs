//! Engines that speak TLS: whom we believe there, and who we are. Docker's own files say so.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use kapelle_http::{Client, Pem, Sides, Trust};
use kapelle_model::Failure;

use super::address::Address;

/// The setting that names the folder with `ca.pem`, `cert.pem` and `key.pem`.
pub const CERTIFICATES: &str = "kapelle.docker.cert-path";

/// Bytes of one of them: whole bundles of authorities fit.
const BYTES_MAX: u64 = 4 << 20;

/// How connections to an engine are secured; `None` for one without TLS.
pub(super) fn trust(
    client: &Client,
    address: &Address,
    setting: impl Fn(&str) -> Option<String>,
) -> Result<Option<Trust>, Failure> {
    if !address.is_secure() {
        return Ok(None);
    }
    let folder = setting(CERTIFICATES);
    let found = |name| folder.as_deref().map_or(Ok(None), |folder| pem(Path::new(folder), name));
    let (authority, certificate, key) = (found("ca.pem")?, found("cert.pem")?, found("key.pem")?);
    let identity = match (Pem::of("cert.pem", certificate.as_deref()), Pem::of("key.pem", key.as_deref())) {
        (Some(certificate), Some(key)) => Some((certificate, key)),
        (None, None) => None,
        _ => {
            return Err(Failure::new(format!(
                "`cert.pem` and `key.pem` belong together, and one of them is not in `{}`, the folder for certificates of \
                 Docker",
                folder.as_deref().unwrap_or_default()
            )));
        }
    };
    let sides = Sides { authority: Pem::of("ca.pem", authority.as_deref()), identity, ..Sides::default() };
    Trust::new(client, &sides).map(Some).map_err(|reason| {
        Failure::new(format!(
            "the certificates of Docker in `{}` cannot be used: {reason}",
            folder.as_deref().unwrap_or_default()
        ))
    })
}

/// A file of the folder; `None` if it is not there.
fn pem(folder: &Path, name: &str) -> Result<Option<String>, Failure> {
    let path = folder.join(name);
    let failed = |reason: &dyn std::fmt::Display| {
        Failure::new(format!(
            "`{}` cannot be read: {reason}. `{CERTIFICATES}`, or `DOCKER_CERT_PATH`, says where the certificates of Docker are",
            path.display()
        ))
    };
    let mut text = String::new();
    match File::open(&path) {
        Ok(file) => file.take(BYTES_MAX + 1).read_to_string(&mut text).map_err(|error| failed(&error))?,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(&error)),
    };
    if text.len() as u64 > BYTES_MAX {
        return Err(failed(&format_args!("it has more than {BYTES_MAX} bytes")));
    }
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_that_cannot_be_used_are_told_and_not_shown() {
        let folder = std::env::temp_dir().join(format!("kapelle-docker-pem-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let secure = Address::Tcp { host: "h".to_owned(), port: 1, is_secure: true };
        let plain = Address::Tcp { host: "h".to_owned(), port: 1, is_secure: false };
        let setting = |name: &str| (name == CERTIFICATES).then(|| folder.display().to_string());
        let told = |address: &Address| {
            trust(&Client::default(), address, setting)
                .map(|trust| trust.is_some())
                .map_err(|failure| failure.to_string())
        };
        std::fs::write(folder.join("key.pem"), "hunter2").unwrap();
        assert_eq!(told(&plain), Ok(false));
        let words = told(&secure).unwrap_err();
        assert!(words.starts_with("`cert.pem` and `key.pem` belong together"), "{words}");
        std::fs::write(folder.join("cert.pem"), "hunter2").unwrap();
        let words = told(&secure).unwrap_err();
        assert!(words.contains("cannot be used: `cert.pem` is no certificate in PEM"), "{words}");
        std::fs::write(folder.join("ca.pem"), [0xff]).unwrap();
        let words = told(&secure).unwrap_err();
        assert!(words.contains("ca.pem` cannot be read: ") && words.contains(CERTIFICATES), "{words}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
