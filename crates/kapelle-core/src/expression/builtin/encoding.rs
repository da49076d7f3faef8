//! Texts in other writings: base64, URLs, hashes, encryption.

pub(super) mod base64;
mod cipher;
pub(super) mod form_url;
#[cfg(test)]
mod tests;

use std::fmt::Write;

use kapelle_model::{Text, Value};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::{Builtin, Call, required};
use crate::expression::error::{Error, Outcome};
use crate::expression::form;

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::filter("base64decode", "Reads base64 as text, with or without the padding.", base64_decode)
        .gives("{{ 'dGVzdA==' | base64decode }}", "test"),
    Builtin::filter("base64encode", "Writes a text as base64.", base64_encode)
        .gives("{{ 'test' | base64encode }}", "dGVzdA=="),
    Builtin::function("decrypt", "Reads what `encrypt` wrote with the same key.", decrypt)
        .takes(&[required("key"), required("encrypted")])
        .gives(
            "{{ decrypt('I6EGNzRESu3X3pKZidrqCGOHQFUFC0yK', \
         'AAECAwQFBgcICQoLpyH29DGBDZmnfW/ETmyu2lact3o=') }}",
            "toto",
        ),
    Builtin::function(
        "encrypt",
        "Encrypts a text with AES-GCM and a key of 16, 24 or 32 bytes in base64.",
        encrypt,
    )
    .takes(&[required("key"), required("plaintext")])
    .shown("{{ encrypt('I6EGNzRESu3X3pKZidrqCGOHQFUFC0yK', 'text') }}"),
    Builtin::filter("md5", "The MD5 hash of a text, in hexadecimal.", hash::<Md5>)
        .gives("{{ 'hello' | md5 }}", "5d41402abc4b2a76b9719d911017c592"),
    Builtin::filter("sha1", "The SHA-1 hash of a text, in hexadecimal.", hash::<Sha1>)
        .gives("{{ 'hello' | sha1 }}", "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"),
    Builtin::filter("sha256", "The SHA-256 hash of a text, in hexadecimal.", hash::<Sha256>)
        .gives("{{ 'test' | sha256 }}", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
    Builtin::filter("sha512", "The SHA-512 hash of a text, in hexadecimal.", hash::<Sha512>).gives(
        "{{ 'hello' | sha512 }}",
        "9b71d224bd62f3785d96d46ad3ea3d73319bfbc2890caadae2dff72519673ca7\
         2323c3d99ba5c11d7c7acc6e14b8c5da0c4663475c2e5c3adef46f73bcdec043",
    ),
    Builtin::filter("urldecode", "Reads a text that was encoded for a URL or a form.", url_decode)
        .gives("{{ 'a+b%2Fc' | urldecode }}", "a b/c"),
    Builtin::filter("urlencode", "Encodes a text for a URL or a form.", url_encode)
        .gives("{{ 'a b/c' | urlencode }}", "a+b%2Fc"),
];

fn base64_encode(call: &mut Call<'_, '_>) -> Outcome {
    if matches!(call.input, Value::Null) {
        return Ok(Value::Null);
    }
    if let Value::Bytes(bytes) = &call.input {
        return Ok(Value::Str(base64::encode(bytes).into()));
    }
    let text = form::java_text(&call.input, call.run.bytes_left())?;
    call.run.allocate(text.expose().len().saturating_mul(2))?;
    Ok(Value::Str(base64::encode(text.expose().as_bytes()).into()))
}

fn base64_decode(call: &mut Call<'_, '_>) -> Outcome {
    on_text(call, |text| {
        let bytes = base64::decode(text).map_err(|problem| {
            Error::invalid(format!("text \"{}\" is no base64: {problem}", form::short(text)))
                .help("base64 has only the characters `A-Z a-z 0-9 + /`, and `=` at the end")
        })?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    })
}

fn url_encode(call: &mut Call<'_, '_>) -> Outcome {
    if let Value::Str(text) = &call.input {
        call.run.allocate(text.expose().len().saturating_mul(3))?;
    }
    on_text(call, |text| Ok(form_url::encode(text)))
}

fn url_decode(call: &mut Call<'_, '_>) -> Outcome {
    on_text(call, |text| {
        form_url::decode(text).map_err(|bad| {
            Error::invalid(format!(
                "text \"{}\" is no URL encoding: \"{}\" is no `%` with two hexadecimal digits",
                form::short(text),
                form::short(bad)
            ))
            .help("write a percent sign that stands for itself as `%25`")
        })
    })
}

fn hash<D: Digest>(call: &mut Call<'_, '_>) -> Outcome {
    on_text(call, |text| {
        let digest = D::digest(text.as_bytes());
        let mut shown = String::with_capacity(digest.len() * 2);
        for byte in &digest[..] {
            // Writing to a string does not fail.
            let _: std::fmt::Result = write!(shown, "{byte:02x}");
        }
        Ok(shown)
    })
}

/// Null for null, an error for what is no text.
fn on_text(call: &mut Call<'_, '_>, write: impl Fn(&str) -> Outcome<String>) -> Outcome {
    if matches!(call.input, Value::Null) {
        return Ok(Value::Null);
    }
    let text = call.input_text()?.clone();
    call.run.allocate(text.expose().len())?;
    write(text.expose()).map(|text| Value::Str(text.into()))
}

fn encrypt(call: &mut Call<'_, '_>) -> Outcome {
    let Some((key, text)) = key_and_text(call)? else { return passed(call) };
    let mut nonce = [0; cipher::NONCE_BYTES];
    call.run.services().random(&mut nonce)?;
    call.run.allocate(text.expose().len().saturating_mul(3))?;
    let sealed = cipher::encrypt(key.expose(), nonce, text.expose().as_bytes())?;
    Ok(Value::Str(base64::encode(&sealed).into()))
}

fn decrypt(call: &mut Call<'_, '_>) -> Outcome {
    let Some((key, text)) = key_and_text(call)? else { return passed(call) };
    call.run.allocate(text.expose().len())?;
    let sealed = base64::decode(text.expose()).map_err(|problem| {
        Error::invalid(format!("the encrypted text is no base64: {problem}"))
            .help("give `decrypt` the text that `encrypt` wrote")
    })?;
    let plain = cipher::decrypt(key.expose(), &sealed)?;
    Ok(Value::Str(String::from_utf8_lossy(&plain).into_owned().into()))
}

/// The two arguments of `encrypt` and `decrypt`; nothing where there is nothing to do.
fn key_and_text(call: &Call<'_, '_>) -> Outcome<Option<(Text, Text)>> {
    if call.argument(1).is_none() {
        call.required(1)?;
    }
    let key = call.required_text(0)?.clone();
    let text = call.given_text(1)?.filter(|text| !text.expose().is_empty());
    Ok(text.map(|text| (key, text.clone())))
}

/// Null and the empty text are not encrypted.
fn passed(call: &mut Call<'_, '_>) -> Outcome {
    Ok(call.argument(1).cloned().unwrap_or_default())
}
