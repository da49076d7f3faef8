//! Identifiers and chance. All of it comes from the services, so that a replay can give the same again.

use kapelle_model::Value;
use num_bigint::BigUint;

use super::{Builtin, Call, optional, required};
use crate::expression::error::{Error, Outcome};
use crate::expression::numeric::long_value;

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::function("id", "A random identifier of up to 22 letters and digits.", id).shown("{{ id() }}"),
    Builtin::function("ksuid", "A random identifier of 27 letters and digits that sorts by time.", ksuid)
        .shown("{{ ksuid() }}"),
    Builtin::function("nanoId", "A random text of a length out of an alphabet.", nano_id)
        .takes(&[optional("length", "21"), optional("alphabet", "0-9A-Za-z-_")])
        .shown("{{ nanoId(8) }}"),
    Builtin::function(
        "randomInt",
        "A random integer, from the lower bound up to below the upper one.",
        random_int,
    )
    .takes(&[required("lower"), required("upper")])
    .shown("{{ randomInt(1, 2) }}"),
    Builtin::function("randomPort", "A TCP port that nobody listens on.", random_port)
        .shown("{{ randomPort() }}"),
    Builtin::function(
        "uuid",
        "A random identifier in the form of a UUID, version 7, that sorts by time.",
        uuid,
    )
    .shown("{{ uuid() }}"),
];

const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const NANO_ALPHABET: &str = "-_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const NANO_LENGTH: i64 = 21;
const NANO_LENGTH_MAX: i64 = 1000;

/// The second that KSUIDs count from.
const KSUID_EPOCH: i64 = 1_400_000_000;
const KSUID_LENGTH: usize = 27;

fn random<const N: usize>(call: &Call<'_, '_>) -> Outcome<[u8; N]> {
    let mut bytes = [0; N];
    call.run.services().random(&mut bytes)?;
    Ok(bytes)
}

/// A number below `end`. With 128 bits to draw from, all are as likely as one can tell.
fn random_below(call: &Call<'_, '_>, end: u64) -> Outcome<u64> {
    let drawn = u128::from_be_bytes(random(call)?) % u128::from(end.max(1));
    Ok(u64::try_from(drawn).unwrap_or_default())
}

fn base62(bytes: &[u8]) -> String {
    let digits = BigUint::from_bytes_be(bytes).to_radix_be(62);
    digits.iter().filter_map(|digit| BASE62.get(usize::from(*digit))).map(|byte| char::from(*byte)).collect()
}

/// Sets the version and the variant that every UUID carries.
fn as_uuid(mut bytes: [u8; 16], version: u8) -> [u8; 16] {
    bytes[6] = bytes[6] & 0x0f | version << 4;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    bytes
}

fn id(call: &mut Call<'_, '_>) -> Outcome {
    Ok(Value::from(base62(&as_uuid(random(call)?, 4)).as_str()))
}

fn ksuid(call: &mut Call<'_, '_>) -> Outcome {
    let seconds = call.run.services().now()?.as_second().wrapping_sub(KSUID_EPOCH);
    let mut bytes = [0; 20];
    // The time has 32 bits and starts anew in the year 2150.
    bytes[..4].copy_from_slice(&seconds.to_be_bytes()[4..]);
    bytes[4..].copy_from_slice(&random::<16>(call)?);
    Ok(Value::from(format!("{:0>KSUID_LENGTH$}", base62(&bytes)).as_str()))
}

fn uuid(call: &mut Call<'_, '_>) -> Outcome {
    let millis = call.run.services().now()?.as_millisecond().max(0);
    let mut bytes: [u8; 16] = random(call)?;
    bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    let digits = format!("{:032x}", u128::from_be_bytes(as_uuid(bytes, 7)));
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    Ok(Value::from(parts.join("-").as_str()))
}

fn nano_id(call: &mut Call<'_, '_>) -> Outcome {
    // Kestra takes what is no integer or no text for not given.
    let length = match call.given(0) {
        Some(Value::Int(length)) => *length,
        _ => NANO_LENGTH,
    };
    if !(0..=NANO_LENGTH_MAX).contains(&length) {
        return Err(Error::argument(format!(
            "nanoId() gives up to {NANO_LENGTH_MAX} characters, not {length}"
        )));
    }
    let alphabet: Vec<char> = match call.given(1) {
        Some(Value::Str(alphabet)) => alphabet.expose().chars().collect(),
        _ => NANO_ALPHABET.chars().collect(),
    };
    if alphabet.is_empty() {
        return Err(Error::argument("the alphabet of nanoId() has to have at least one character"));
    }
    call.run.allocate(alphabet.len() * size_of::<char>())?;
    let mut text = String::new();
    for _ in 0..length {
        let index = random_below(call, alphabet.len() as u64)?;
        text.extend(alphabet.get(index as usize));
    }
    Ok(Value::from(text.as_str()))
}

fn random_int(call: &mut Call<'_, '_>) -> Outcome {
    let (lower, upper) = (bound(call, 0)?, bound(call, 1)?);
    if upper < lower {
        return Err(Error::argument(format!(
            "randomInt() needs a lower and an upper bound, not {lower} and {upper}"
        )));
    }
    let offset = random_below(call, upper.abs_diff(lower))?;
    Ok(Value::Int(lower.wrapping_add_unsigned(offset)))
}

fn bound(call: &Call<'_, '_>, index: usize) -> Outcome<i64> {
    let given = call.required(index)?;
    match given {
        Value::Int(_) | Value::BigInt(_) => Ok(long_value(given).unwrap_or_default()),
        _ => Err(call.wrong_argument(index, "an integer", given)),
    }
}

fn random_port(call: &mut Call<'_, '_>) -> Outcome {
    Ok(Value::Int(call.run.services().free_port()?.into()))
}

#[cfg(test)]
mod tests;
