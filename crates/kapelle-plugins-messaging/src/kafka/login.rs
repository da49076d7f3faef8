//! Who comes: SASL with PLAIN and SCRAM.

use std::num::NonZeroU32;

use kapelle_core::expression::plain::{from_base64, to_base64};
use kapelle_model::{Failure, Text};
use ring::{digest, hmac, pbkdf2};

/// Rounds that a broker may ask for.
const ROUNDS_MAX: u32 = 1_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mechanism {
    Plain,
    Scram256,
    Scram512,
}

impl Mechanism {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::Scram256 => "SCRAM-SHA-256",
            Self::Scram512 => "SCRAM-SHA-512",
        }
    }
}

pub(super) struct Login {
    pub(super) mechanism: Mechanism,
    pub(super) user: Text,
    pub(super) password: Text,
}

fn odd() -> Failure {
    Failure::new("the broker does not follow SCRAM")
}

impl Login {
    pub(super) fn plain(&self) -> Vec<u8> {
        ["\0", self.user.expose(), "\0", self.password.expose()].concat().into_bytes()
    }

    /// The first message, without what stands before it.
    pub(super) fn first(&self, nonce: &str) -> String {
        let user = self.user.expose().replace('=', "=3D").replace(',', "=2C");
        format!("n={user},r={nonce}")
    }

    /// What proves that the password is known, and what the broker has to prove.
    pub(super) fn last(&self, nonce: &str, challenge: &str) -> Result<(String, String), Failure> {
        let part = |name: &str| challenge.split(',').find_map(|part| part.strip_prefix(name)).ok_or_else(odd);
        let (full, salt) = (part("r=")?, from_base64(part("s=")?).map_err(|_| odd())?);
        let rounds: u32 = part("i=")?.parse().map_err(|_| odd())?;
        let rounds = NonZeroU32::new(rounds).filter(|rounds| rounds.get() <= ROUNDS_MAX).ok_or_else(odd)?;
        if !full.starts_with(nonce) || full.len() == nonce.len() {
            return Err(odd());
        }
        let (derived, mac, hash) = match self.mechanism {
            Mechanism::Scram512 => (pbkdf2::PBKDF2_HMAC_SHA512, hmac::HMAC_SHA512, &digest::SHA512),
            _ => (pbkdf2::PBKDF2_HMAC_SHA256, hmac::HMAC_SHA256, &digest::SHA256),
        };
        let mut salted = vec![0; hash.output_len()];
        pbkdf2::derive(derived, rounds, &salt, self.password.expose().as_bytes(), &mut salted);
        let sign = |key: &[u8], text: &[u8]| hmac::sign(&hmac::Key::new(mac, key), text);
        let client_key = sign(&salted, b"Client Key");
        let stored = digest::digest(hash, client_key.as_ref());
        let before = format!("c=biws,r={full}");
        let said = format!("{},{challenge},{before}", self.first(nonce));
        let signature = sign(stored.as_ref(), said.as_bytes());
        let proof: Vec<u8> =
            client_key.as_ref().iter().zip(signature.as_ref()).map(|(key, sign)| key ^ sign).collect();
        let server = sign(sign(&salted, b"Server Key").as_ref(), said.as_bytes());
        Ok((format!("{before},p={}", to_base64(&proof)), format!("v={}", to_base64(server.as_ref()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7677.
    #[test]
    fn scram_proves_as_its_standard_says() {
        let login = Login {
            mechanism: Mechanism::Scram256,
            user: Text::from("user"),
            password: Text::from("pencil"),
        };
        let nonce = "rOprNGfwEbeRWgbNEkqO";
        let challenge =
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
        let (proof, server) = login.last(nonce, challenge).unwrap();
        assert!(proof.ends_with("p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="), "{proof}");
        assert_eq!(server, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
        for broken in
            ["", "r=other,s=W22Z,i=1", "r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=0", "r=rOprNGfwEbeRWgbNEkqOx,i=1"]
        {
            assert!(login.last(nonce, broken).is_err(), "{broken}");
        }
    }
}
