//! Secrets as files in a folder, as clusters mount them.

use std::fs;
use std::io;
use std::path::PathBuf;

use kapelle_core::expression::services::Secret;
use kapelle_model::Failure;

use super::{Secrets, secret};

/// Bytes of a secret; a larger file is a mistake.
const SIZE_MAX: u64 = 1 << 20;

/// A folder in which each file is a secret, the same for all tenants and namespaces. It is looked at whenever somebody
/// asks, so that a secret that was exchanged counts at once.
#[derive(Clone, Debug)]
pub struct SecretFolder {
    folder: PathBuf,
}

impl SecretFolder {
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn read(&self, name: &str) -> Result<Option<String>, Failure> {
        let path = self.folder.join(name);
        // Clusters mount links, so they are followed.
        let size = match fs::metadata(&path) {
            Ok(data) if data.is_file() => data.len(),
            _ => return Ok(None),
        };
        if size > SIZE_MAX {
            return Err(Failure::new(format!("the secret `{name}` is larger than {SIZE_MAX} bytes")));
        }
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text.strip_suffix('\n').unwrap_or(&text).to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => {
                Err(Failure::new(format!("the secret `{name}` cannot be read from its file: {error}")))
            }
        }
    }
}

impl Secrets for SecretFolder {
    fn get(&self, _tenant: &str, _namespace: &str, key: &str) -> Result<Option<Secret>, Failure> {
        let is_name = !key.starts_with('.')
            && !key.is_empty()
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        if !is_name {
            return Ok(None);
        }
        for name in [key, &key.to_uppercase(), &key.to_lowercase()] {
            if let Some(value) = self.read(name)? {
                return Ok(Some(secret(value)));
            }
        }
        Ok(None)
    }
}
