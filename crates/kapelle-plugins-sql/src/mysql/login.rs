//! Logging in: what is said of a password without saying it.

use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::packets::Content;
use super::packets::Wire;
use super::words::wrong;
use crate::wrong::Wrong;

/// All servers have it; those of MariaDB do without, to say that they are some.
pub(super) const LONG_PASSWORD: u32 = 1;

/// What the server says at first.
pub(super) struct Greeting {
    pub(super) thread: u32,
    pub(super) abilities: u32,
    /// What only servers of MariaDB are able to.
    pub(super) more_abilities: u32,
    pub(super) challenge: Vec<u8>,
    pub(super) plugin: String,
}

impl Greeting {
    pub(super) fn read(packet: &[u8]) -> Result<Self, Wrong> {
        let mut content = Content(packet);
        match content.byte()? {
            10 => {}
            0xff => return Err(wrong(content.0)),
            _ => return Err(Wrong::new("what answers there is no server of MySQL or MariaDB")),
        }
        content.until_zero();
        let thread = u32::from_le_bytes(content.take()?);
        let mut challenge = content.some(8)?.to_vec();
        content.some(1)?;
        let low = u16::from_le_bytes(content.take()?);
        content.some(3)?;
        let high = u16::from_le_bytes(content.take()?);
        let length = usize::from(content.byte()?);
        content.some(6)?;
        let more = u32::from_le_bytes(content.take()?);
        challenge.extend_from_slice(content.some(length.saturating_sub(8).max(13))?);
        // A zero byte ends it.
        challenge.truncate(20);
        let plugin = String::from_utf8_lossy(content.until_zero()).into_owned();
        let abilities = u32::from(high) << 16 | u32::from(low);
        // Servers of MySQL have nothing there.
        let more_abilities = if abilities & LONG_PASSWORD == 0 { more } else { 0 };
        Ok(Self { thread, abilities, more_abilities, challenge, plugin })
    }
}

/// What proves that the password is known.
pub(super) fn proof(
    plugin: &str,
    password: &str,
    challenge: &[u8],
    is_secure: bool,
) -> Result<Vec<u8>, Wrong> {
    if password.is_empty() {
        return Ok(Vec::new());
    }
    match plugin {
        "mysql_native_password" | "" => Ok(native(password, challenge)),
        "caching_sha2_password" => Ok(caching(password, challenge)),
        "mysql_clear_password" | "sha256_password" if is_secure => Ok(clear(password)),
        "mysql_clear_password" | "sha256_password" => Err(unsafe_to_tell()),
        other => Err(Wrong::new(format!(
            "the server wants to be logged in to with `{other}`, which is not known here"
        ))
        .help("let the user log in with a password: `mysql_native_password` or `caching_sha2_password`")),
    }
}

fn unsafe_to_tell() -> Wrong {
    Wrong::new("the server wants the password itself, and the connection is not secure")
        .help("add `sslMode=REQUIRED` to the `url`")
}

fn clear(password: &str) -> Vec<u8> {
    [password.as_bytes(), &[0]].concat()
}

fn native(password: &str, challenge: &[u8]) -> Vec<u8> {
    let once = Sha1::digest(password);
    let twice = Sha1::digest(once);
    let mask = Sha1::new().chain_update(challenge).chain_update(twice).finalize();
    once.iter().zip(mask).map(|(left, right)| left ^ right).collect()
}

fn caching(password: &str, challenge: &[u8]) -> Vec<u8> {
    let once = Sha256::digest(password);
    let twice = Sha256::digest(once);
    let mask = Sha256::new().chain_update(twice).chain_update(challenge).finalize();
    once.iter().zip(mask).map(|(left, right)| left ^ right).collect()
}

/// Answers what the server asks until it lets us in.
pub(super) async fn finish(
    wire: &mut Wire,
    plugin: &str,
    password: &str,
    is_secure: bool,
) -> Result<(), Wrong> {
    let mut plugin = plugin.to_owned();
    // A server asks two questions at most.
    for _ in 0..6 {
        let packet = wire.read().await?;
        let mut content = Content(&packet);
        match content.byte()? {
            0x00 => return Ok(()),
            0xff => return Err(wrong(content.0)),
            0xfe => {
                plugin = String::from_utf8_lossy(content.until_zero()).into_owned();
                let challenge = content.0.strip_suffix(&[0]).unwrap_or(content.0);
                wire.write(&proof(&plugin, password, challenge, is_secure)?).await?;
                wire.flush().await?;
            }
            // The password is remembered, and right.
            0x01 if content.0 == [3] => {}
            // It is not remembered: the server has to see it.
            0x01 if content.0 == [4] && is_secure => {
                wire.write(&clear(password)).await?;
                wire.flush().await?;
            }
            0x01 if content.0 == [4] => return Err(unsafe_to_tell()),
            _ => {
                return Err(Wrong::new(format!(
                    "the server asks something about `{plugin}` that is not understood"
                )));
            }
        }
    }
    Err(Wrong::new("the server does not end asking"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::hex;

    /// What other clients send for the same.
    #[test]
    fn passwords_are_proved_as_servers_expect() {
        let challenge: Vec<u8> = (1..=20).collect();
        // Checked against: SHA1(p) xor SHA1(challenge + SHA1(SHA1(p))), and the same with SHA256 the other way around.
        let native = proof("mysql_native_password", "secret", &challenge, false).unwrap();
        let caching = proof("caching_sha2_password", "secret", &challenge, false).unwrap();
        assert_eq!(hex(&native), NATIVE);
        assert_eq!(hex(&caching), CACHING);
        assert!(proof("caching_sha2_password", "", &challenge, false).unwrap().is_empty());
        assert!(proof("mysql_clear_password", "secret", &challenge, false).is_err());
        assert_eq!(proof("mysql_clear_password", "secret", &challenge, true).unwrap(), b"secret\0");
    }

    const NATIVE: &str = "b32bb3a583e1340c0a1108d58b1be49781ad8c2f";
    const CACHING: &str = "746ebe205d56a0707acb3e796e834e0dd7b1d61743b26bd5202c7a623230c7c9";
}
