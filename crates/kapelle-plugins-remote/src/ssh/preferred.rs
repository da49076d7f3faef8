//! Which algorithms are offered, and in which order.

use std::borrow::Cow;

use kapelle_model::Failure;
use russh::keys::{Algorithm, PublicKey};
use russh::{Preferred, kex};

/// For servers that know nothing newer; nobody uses them who has a choice.
const OLDER: [kex::Name; 3] = [kex::ECDH_SHA2_NISTP256, kex::ECDH_SHA2_NISTP384, kex::ECDH_SHA2_NISTP521];

/// What is offered. Keys of the kinds that are known come first, so that a server shows the one that can be compared.
pub(super) fn preferred(
    known: &[PublicKey],
    has_rsa1: bool,
    exchange: Option<&str>,
) -> Result<Preferred, Failure> {
    let usual = Preferred::DEFAULT;
    let mut keys: Vec<Algorithm> = usual.key.to_vec();
    keys.retain(|key| has_rsa1 || *key != Algorithm::Rsa { hash: None });
    // Sorting keeps the order of what is equal.
    keys.sort_by_key(|key| !known.iter().any(|known| is_of(known, key)));
    let mut kex: Vec<kex::Name> = usual.kex.to_vec();
    kex.splice(3..3, OLDER);
    if has_rsa1 {
        kex.extend([kex::DH_GEX_SHA1, kex::DH_G14_SHA1]);
    }
    if let Some(written) = exchange {
        let mut asked = Vec::new();
        for name in written.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let known = kex::Name::try_from(name).map_err(|()| {
                let names: Vec<&str> =
                    kex::ALL_KEX_ALGORITHMS.iter().map(std::convert::AsRef::as_ref).collect();
                Failure::new(format!(
                    "`{name}` in `keyExchangeAlgorithm` is not known: there are {}",
                    names.join(", ")
                ))
            })?;
            asked.push(known);
        }
        let extensions = usual.kex.iter().filter(|name| {
            let name: &str = name.as_ref();
            name.starts_with("ext-info") || name.starts_with("kex-strict")
        });
        asked.extend(extensions.copied());
        kex = asked;
    }
    Ok(Preferred { key: Cow::Owned(keys), kex: Cow::Owned(kex), ..usual })
}

fn is_of(known: &PublicKey, offered: &Algorithm) -> bool {
    match (known.algorithm(), offered) {
        (Algorithm::Rsa { .. }, Algorithm::Rsa { .. }) => true,
        (known, offered) => known == *offered,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use russh::keys::EcdsaCurve;

    #[test]
    fn a_server_is_asked_for_the_key_that_is_known() {
        let known = PublicKey::from_openssh(
            "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBAbj9MXGtGPnkdICzIWnufO4fXiY8QbMmNfNmDq0ZXfbGHtzFo5tLRSOkQJ+/065rZxv8Laqomf/YNkIAOXihG4=",
        )
        .unwrap();
        let first = preferred(&[known], false, None).unwrap().key[0].clone();
        assert_eq!(first, Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 });
    }

    #[test]
    fn sha_1_is_offered_only_when_asked_for() {
        let old = Algorithm::Rsa { hash: None };
        assert!(!preferred(&[], false, None).unwrap().key.contains(&old));
        assert!(preferred(&[], true, None).unwrap().key.contains(&old));
    }

    #[test]
    fn an_exchange_that_is_asked_for_is_the_only_one() {
        let only = preferred(&[], false, Some("curve25519-sha256")).unwrap();
        let names: Vec<&str> = only.kex.iter().map(AsRef::as_ref).collect();
        assert_eq!(names[0], "curve25519-sha256");
        assert!(
            names[1..].iter().all(|name| name.contains("ext-info") || name.contains("strict")),
            "{names:?}"
        );
        assert!(
            preferred(&[], false, Some("none-such")).unwrap_err().to_string().contains("curve25519-sha256")
        );
    }
}
