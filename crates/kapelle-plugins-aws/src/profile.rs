//! Profiles: what `~/.aws/credentials` and `~/.aws/config` say.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use kapelle_model::Failure;
use kapelle_plugin::Host;

use crate::environment::variable;

/// Bytes of such a file.
const BYTES_MAX: u64 = 1 << 20;

/// Settings by name.
pub(crate) type Section = BTreeMap<String, String>;

/// All profiles.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Profiles(BTreeMap<String, Section>);

impl Profiles {
    /// What the files of the server say; files that are not there say nothing.
    pub(crate) fn of(host: &dyn Host) -> Result<Self, Failure> {
        let mut profiles = Self::default();
        let home = variable(host, "HOME").map(|home| PathBuf::from(home).join(".aws"));
        for (name, file) in [("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials")] {
            let usual = home.as_ref().map(|home| home.join(file));
            let Some(path) = variable(host, name).map(PathBuf::from).or(usual) else { continue };
            let failed = |reason: String| Failure::new(format!("the file `{}` {reason}", path.display()));
            match fs::metadata(&path) {
                Ok(data) if data.len() > BYTES_MAX => {
                    return Err(failed(format!("has more than {BYTES_MAX} bytes")));
                }
                Ok(data) if data.is_file() => {}
                _ => continue,
            }
            let text =
                fs::read_to_string(&path).map_err(|error| failed(format!("cannot be read: {error}")))?;
            // What one is known by counts more than what stands beside it.
            profiles.add(&text);
        }
        Ok(profiles)
    }

    #[cfg(test)]
    pub(crate) fn of_text(text: &str) -> Self {
        let mut profiles = Self::default();
        profiles.add(text);
        profiles
    }

    /// The profile that the environment names.
    pub(crate) fn chosen(&self, host: &dyn Host) -> Option<&Section> {
        self.get(&chosen_name(host))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Section> {
        self.0.get(name)
    }

    fn add(&mut self, text: &str) {
        let mut current: Option<&mut Section> = None;
        for line in text.lines() {
            // What is indented belongs to the line before, and is of no use here.
            if line.starts_with([' ', '\t']) {
                continue;
            }
            let line = line.trim();
            if line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
                let name = name.trim();
                let name = name.strip_prefix("profile ").unwrap_or(name).trim().to_owned();
                current = Some(self.0.entry(name).or_default());
            } else if let (Some(section), Some((key, value))) = (current.as_deref_mut(), line.split_once('='))
            {
                let value = value.split(" #").next().unwrap_or_default().trim();
                section.insert(key.trim().to_ascii_lowercase(), value.to_owned());
            }
        }
    }
}

/// How the profile is called that is used.
pub(crate) fn chosen_name(host: &dyn Host) -> String {
    variable(host, "AWS_PROFILE").unwrap_or_else(|| "default".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_as_the_tools_of_aws_do() {
        let mut profiles = Profiles::default();
        profiles.add("# mine\n[default]\nregion = eu-west-1 # near\ns3 =\n  region = none\n[profile ops]\nregion=us-east-2\n");
        profiles
            .add("[default]\naws_access_key_id=A\nAWS_SECRET_ACCESS_KEY = b+/=\n[ops]\nrole_arn = arn:x\n");
        let all = |name: &str| {
            let section = profiles.get(name).unwrap();
            section.iter().map(|(key, value)| format!("{key}:{value}")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(all("default"), "aws_access_key_id:A aws_secret_access_key:b+/= region:eu-west-1 s3:");
        assert_eq!(all("ops"), "region:us-east-2 role_arn:arn:x");
        assert_eq!(profiles.get("other"), None);
    }
}
