//! Credentials of NATS: a token that says who comes, and a key that shows it.

use kapelle_core::expression::plain::to_base64;
use kapelle_model::{Failure, Text};
use ring::signature::Ed25519KeyPair;

/// Who comes, as a file of credentials has it.
pub(super) struct Credentials {
    pub(super) token: String,
    key: Ed25519KeyPair,
}

impl Credentials {
    /// Reads the content of such a file.
    pub(super) fn read(content: &Text) -> Result<Self, Failure> {
        let content = content.expose();
        let token = section(content, "NATS USER JWT")
            .ok_or_else(|| Failure::new("`creds` has no part `-----BEGIN NATS USER JWT-----`"))?;
        let seed = section(content, "USER NKEY SEED")
            .ok_or_else(|| Failure::new("`creds` has no part `-----BEGIN USER NKEY SEED-----`"))?;
        let key = key(&seed).ok_or_else(|| Failure::new("the seed in `creds` is none of a user"))?;
        Ok(Self { token, key })
    }

    /// Signs what the server made up.
    pub(super) fn sign(&self, nonce: &str) -> String {
        let signature = to_base64(self.key.sign(nonce.as_bytes()).as_ref());
        signature.trim_end_matches('=').replace('+', "-").replace('/', "_")
    }
}

/// The first line between two marks.
fn section(content: &str, name: &str) -> Option<String> {
    let (_, rest) = content.split_once(&format!("BEGIN {name}"))?;
    let lines = rest.lines().skip(1).map(str::trim);
    lines.take_while(|line| !line.starts_with('-')).find(|line| !line.is_empty()).map(str::to_owned)
}

/// The key of a seed: two bytes say whose it is, then come 32 of the seed and two that check it all.
fn key(seed: &str) -> Option<Ed25519KeyPair> {
    let bytes = base32(seed)?;
    let (content, check) = bytes.split_at_checked(34)?;
    let is_right = check == checksum(content).to_le_bytes();
    // The names of seeds of users begin with `SU`.
    let is_of_user = seed.starts_with("SU");
    Ed25519KeyPair::from_seed_unchecked(&content[2..]).ok().filter(|_| is_right && is_of_user)
}

fn base32(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'2'..=b'7' => byte - b'2' + 26,
            _ => return None,
        };
        bits = (bits << 5) | u32::from(value);
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Some(bytes)
}

/// CRC-16 as XMODEM has it.
fn checksum(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ (u16::from(*byte) << 8), |sum: u16, _| {
            if sum & 0x8000 == 0 { sum << 1 } else { (sum << 1) ^ 0x1021 }
        })
    })
}

#[cfg(test)]
mod tests {
    use ring::signature::KeyPair;

    use super::*;

    /// A pair that the documentation of NATS shows.
    const SEED: &str = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY";
    const PUBLIC: &str = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";

    #[test]
    fn a_seed_gives_its_key() {
        let public = base32(PUBLIC).unwrap();
        assert_eq!(key(SEED).unwrap().public_key().as_ref(), &public[1..33]);
        assert!(key(&SEED.replace("ACSS", "ACST")).is_none());
        assert!(key(PUBLIC).is_none() && key("").is_none() && key("SU!").is_none());
    }

    #[test]
    fn credentials_have_two_parts() {
        let token = "-----BEGIN NATS USER JWT-----\neyJ0\n------END NATS USER JWT------\n";
        let seed = format!("-----BEGIN USER NKEY SEED-----\n{SEED}\n------END USER NKEY SEED------\n");
        let read = Credentials::read(&Text::from(format!("{token}\n{seed}").as_str())).unwrap();
        assert_eq!((read.token.as_str(), read.sign("nonce").len()), ("eyJ0", 86));
        let told = |text: &str| Credentials::read(&Text::from(text)).err().unwrap().to_string();
        assert!(told(token).contains("USER NKEY SEED"));
        assert!(told(&format!("{token}{}", seed.replace("SUAC", "SUAD"))).contains("none of a user"));
    }
}
