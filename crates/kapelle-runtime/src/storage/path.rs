//! Paths in the internal storage.

use std::fmt;

/// Bytes of one name; file systems do not take more.
const NAME_MAX: usize = 255;

/// Bytes of a whole path.
const PATH_MAX: usize = 4_000;

/// A path that stays where it belongs: tenant and names, with `/` between them, none of them empty, `.` or `..`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoredPath {
    /// `main/team/flow/…`.
    text: String,
    /// How much of it is the tenant.
    tenant: usize,
}

impl StoredPath {
    /// A path of a tenant, without a slash in front. `Err` says what is wrong with it.
    pub fn new(tenant: &str, path: &str) -> Result<Self, String> {
        check_name(tenant)?;
        if tenant.starts_with('.') {
            return Err(format!("`{}` is no tenant", shown(tenant)));
        }
        path.split('/').try_for_each(check_name)?;
        let text = format!("{tenant}/{path}");
        if text.len() > PATH_MAX {
            return Err(format!("the path `{}` is longer than {PATH_MAX} bytes", shown(path)));
        }
        Ok(Self { text, tenant: tenant.len() })
    }

    /// The folder of all that a tenant has.
    pub fn tenant_folder(tenant: &str) -> Result<Self, String> {
        let mut path = Self::new(tenant, "x")?;
        path.text.truncate(tenant.len());
        Ok(path)
    }

    /// Something in this folder.
    pub fn join(&self, path: &str) -> Result<Self, String> {
        let whole = format!("{}/{path}", self.inner());
        Self::new(&self.text[..self.tenant], whole.trim_start_matches('/'))
    }

    /// With the tenant in front, as it stands in the storage.
    pub fn whole(&self) -> &str {
        &self.text
    }

    /// Without tenant and without a slash in front.
    pub fn inner(&self) -> &str {
        self.text.get(self.tenant + 1..).unwrap_or_default()
    }

    /// Its address: what flows see of it.
    pub fn uri(&self) -> String {
        format!("{}/{}", super::SCHEME, self.inner())
    }
}

impl fmt::Display for StoredPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.uri())
    }
}

/// A path between slashes that goes nowhere else than down, for places that are no [`StoredPath`].
pub fn check_path(path: &str) -> Result<(), String> {
    path.split('/').try_for_each(check_name)
}

fn check_name(name: &str) -> Result<(), String> {
    let is_odd = |character: char| character.is_control() || character == '\\' || character == '/';
    match name {
        "" => Err("there is an empty name in the path".to_owned()),
        "." | ".." => Err("the path must not contain `.` or `..` as a name".to_owned()),
        _ if name.len() > NAME_MAX => {
            Err(format!("the name `{}` is longer than {NAME_MAX} bytes", shown(name)))
        }
        _ if name.contains(is_odd) => Err(format!("the name `{}` has odd characters", shown(name))),
        _ => Ok(()),
    }
}

/// The start of a text, without what could spoil a line.
fn shown(text: &str) -> String {
    text.chars().take(60).collect::<String>().escape_debug().to_string()
}
