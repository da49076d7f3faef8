use std::io::Write;
use std::process::{Command, Stdio};

use super::file_decrypt::FileDecrypt;
use super::file_encrypt::FileEncrypt;
use crate::testing::converted_bytes;

/// Cheap ones: tests are built without optimisation.
const WAYS: &[&str] = &[
    "password: p, iterations: 100000",
    "password: p, keyDerivation: PBKDF2_SHA512, iterations: 100000",
    "password: p, keyDerivation: ARGON2ID, memory: 64, argon2TimeCost: 1, parallelism: 2",
    "password: p, keyDerivation: SCRYPT, memory: 16",
];

#[tokio::test]
async fn what_is_encrypted_comes_back() {
    let long: Vec<u8> = (0..200_001_u32).map(|number| (number % 251) as u8).collect();
    for way in WAYS {
        for length in [0, 15, 16, 17, 65_536, 65_552, 200_001] {
            let content = &long[..length];
            let secret = converted_bytes::<FileEncrypt>(content, way).await.unwrap();
            assert!(length < 16 || !secret.windows(16).any(|part| part == &content[..16]), "{way}");
            let again = converted_bytes::<FileDecrypt>(&secret, "password: p, iterations: 100000").await;
            assert!(again.as_deref() == Ok(content), "{way} {length}: {:?}", again.map(|it| it.len()));
        }
    }
}

/// Runs the program over the content; `None` where there is none.
fn openssl(arguments: &str, content: &[u8]) -> Option<Vec<u8>> {
    let mut program = Command::new("openssl");
    program.args(arguments.split(' ')).stdin(Stdio::piped()).stdout(Stdio::piped());
    let Ok(mut child) = program.spawn() else {
        eprintln!("SKIP: there is no openssl");
        return None;
    };
    child.stdin.take().unwrap().write_all(content).unwrap();
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "openssl {arguments}");
    Some(done.stdout)
}

#[tokio::test]
async fn openssl_understands_it_and_is_understood() {
    let secret = converted_bytes::<FileEncrypt>(b"four orders", "password: p").await.unwrap();
    let Some(again) = openssl("enc -d -aes-256-cbc -pbkdf2 -iter 600000 -k p", &secret) else { return };
    assert_eq!(again, b"four orders");
    let secret = openssl("enc -aes-256-cbc -pbkdf2 -k p", b"four orders").unwrap();
    let again = converted_bytes::<FileDecrypt>(&secret, "password: p, iterations: 10000").await;
    assert_eq!(again.as_deref(), Ok(&b"four orders"[..]));
}

/// Made by other implementations of the ciphers and of the ways to make a key.
#[tokio::test]
async fn what_others_encrypted_is_understood() {
    for secret in [
        "4b4553545241454e430102000102030405060708090a0b0c0d0e0f6465666768696a6b6c6d6e6f000186a0b7c3887909\
         03bfc7c17dc8575def70bcef2409a5112983e659fbc24e17eeeeaba290793dfde5a0567d3b",
        "4b4553545241454e430103000102030405060708090a0b0c0d0e0f6465666768696a6b6c6d6e6f000000020000008000\
         0234797a0fe0b560b03bef71a5b35dff63175c98e92f2df7801dda7d5d98ceb7405652e1e0e607ef7d043e",
        "4b4553545241454e430104000102030405060708090a0b0c0d0e0f6465666768696a6b6c6d6e6f0000040008029c683c\
         4bbb76421c2cb725d15557b3a149b89c11db2a33b65e593320a2948420186320112e76604ed5d3",
    ] {
        let byte = |at: usize| u8::from_str_radix(&secret[at..at + 2], 16).unwrap();
        let secret: Vec<u8> = (0..secret.len()).step_by(2).map(byte).collect();
        let text = converted_bytes::<FileDecrypt>(&secret, "password: correct horse").await;
        assert_eq!(text.as_deref(), Ok(&b"four orders from the north"[..]));
    }
}

#[tokio::test]
async fn what_was_changed_is_refused() {
    let refused = "the file cannot be decrypted: the password is another one, or the file was changed";
    for way in &WAYS[1..] {
        let secret = converted_bytes::<FileEncrypt>(b"pay 10 to Ann", way).await.unwrap();
        for (at, told) in [(20, refused), (secret.len() - 20, refused), (secret.len() - 1, refused)] {
            let mut changed = secret.clone();
            changed[at] ^= 1;
            let found = converted_bytes::<FileDecrypt>(&changed, "password: p").await;
            assert_eq!(found.unwrap_err(), told, "{way} {at}");
        }
        let cut = converted_bytes::<FileDecrypt>(&secret[..secret.len() - 1], "password: p").await;
        assert_eq!(cut.unwrap_err(), refused, "{way}");
        let other = converted_bytes::<FileDecrypt>(&secret, "password: q").await;
        assert_eq!(other.unwrap_err(), refused, "{way}");
    }
}

#[tokio::test]
async fn what_cannot_be_done_is_told() {
    for (more, told) in [
        (
            "password: p, iterations: 10",
            "10 `iterations` are too few for a password: at least 100000 are needed",
        ),
        (
            "password: p, keyDerivation: SCRYPT, memory: 1000",
            "`memory` has to be a power of two for scrypt, and is 1000",
        ),
        (
            "password: p, keyDerivation: ARGON2ID, memory: 4000000",
            "`memory` in KiB has to be between 8 and 1048576, and is 4000000",
        ),
    ] {
        assert_eq!(converted_bytes::<FileEncrypt>(b"x", more).await.unwrap_err(), told);
    }
    let secret = converted_bytes::<FileEncrypt>(b"x", "password: p").await.unwrap();
    // A file may ask for more memory than there is.
    let mut greedy = converted_bytes::<FileEncrypt>(b"x", WAYS[2]).await.unwrap();
    greedy[43..47].fill(0xff);
    for (content, told) in [
        (
            &b"no such thing at all"[..],
            "the file is not encrypted in a known form: it begins neither with `Salted__`, as `openssl enc -pbkdf2` writes it, nor with `KESTRAENC`",
        ),
        (&secret[..10], "the file ends in its beginning: it is cut"),
        (&secret[..20], "the file does not end with a whole block: it is cut"),
        (b"KESTRAENC\x07\x02", "version 7 of this form of encrypted files is not known"),
        (&greedy, "`memory` in KiB has to be between 16 and 1048576, and is 4294967295"),
    ] {
        assert_eq!(converted_bytes::<FileDecrypt>(content, "password: p").await.unwrap_err(), told);
    }
}
