//! The filter `number`: numbers out of texts, as Java and Commons Lang read them.

use std::sync::Arc;

use bigdecimal::BigDecimal;
use kapelle_model::Value;
use num_bigint::BigInt;

use crate::expression::builtin::Call;
use crate::expression::error::{Error, Outcome};
use crate::expression::form;

/// Digits of a number written without an exponent.
const DIGITS_MAX: usize = 10_000;

/// The decimal a float is compared with has no more digits than this.
const EXPONENT_DIGITS_MAX: usize = 9;

pub(super) fn number(call: &mut Call<'_, '_>) -> Outcome {
    if matches!(call.input, Value::Null) {
        return Ok(Value::Null);
    }
    let kind = call.given_text(0)?.map(|kind| kind.expose().to_owned());
    let text = call.input_text()?.expose();
    if text.len() > DIGITS_MAX {
        return Err(too_long());
    }
    let read = match kind.as_deref() {
        Some("INT") => whole(text).filter(|value| is_within(value, i32::MIN.into(), i32::MAX.into())),
        Some("LONG") => whole(text).filter(|value| matches!(value, Value::Int(_))),
        Some("FLOAT") => float_body(trimmed(text)).and_then(|text| text.parse().ok()).map(Value::Float32),
        Some("DOUBLE") => float_body(trimmed(text)).and_then(|text| text.parse().ok()).map(Value::Float),
        Some("BIGDECIMAL") => decimal(text)?,
        Some("BIGINTEGER") => whole(text).map(|number| match number {
            Value::Int(number) => Value::BigInt(Arc::new(number.into())),
            other => other,
        }),
        _ => inferred(text)?,
    };
    read.ok_or_else(|| {
        let of_kind = match kind.as_deref() {
            Some("INT") => " of 32 bits",
            Some("LONG") => " of 64 bits",
            Some("BIGINTEGER") => " without fraction",
            _ => "",
        };
        Error::invalid(format!("{} is not a number{of_kind}", form::describe(&call.input)))
            .help("a number is digits, perhaps with a sign, a fraction and an exponent; `trim` removes blanks around it")
    })
}

fn too_long() -> Box<Error> {
    Error::limit(format!("the number would have more than {DIGITS_MAX} digits"))
}

fn is_within(value: &Value, min: i64, max: i64) -> bool {
    matches!(value, Value::Int(number) if (min..=max).contains(number))
}

/// The blanks that Java's floats may stand between.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|character| character <= ' ')
}

fn hexadecimal(text: &str) -> Option<&str> {
    ["0x", "0X", "#"].iter().find_map(|prefix| text.strip_prefix(prefix))
}

/// Java's `decode`: an integer in decimal, hexadecimal or octal digits.
fn whole(text: &str) -> Option<Value> {
    let (sign, unsigned) = split_sign(text);
    hexadecimal(unsigned).map_or_else(|| decoded(text), |digits| integer_of(sign, digits, 16))
}

/// Finds the kind that fits best.
fn inferred(text: &str) -> Outcome<Option<Value>> {
    let (sign, unsigned) = split_sign(text);
    if let Some(digits) = hexadecimal(unsigned) {
        return Ok(integer_of(sign, digits, 16));
    }
    let Some(last) = text.chars().next_back() else { return Ok(None) };
    let body = &text[..text.len() - last.len_utf8()];
    match last {
        'l' | 'L' => {
            let digits = body.strip_prefix('-').unwrap_or(body);
            let is_integer = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            Ok(if is_integer { decoded(body) } else { None })
        }
        'f' | 'F' => {
            float32(body).map_or_else(|| wide_or_decimal(body), |number| Ok(Some(Value::Float32(number))))
        }
        'd' | 'D' => wide_or_decimal(body),
        _ if unsigned.bytes().all(|byte| byte.is_ascii_digit()) => Ok(decoded(text)),
        _ => fraction(text),
    }
}

/// An integer whose leading zero makes it octal.
fn decoded(text: &str) -> Option<Value> {
    let (sign, digits) = split_sign(text);
    match digits.strip_prefix('0') {
        Some(octal) if !octal.is_empty() => integer_of(sign, octal, 8),
        _ => integer_of(sign, digits, 10),
    }
}

/// A decimal: 32 bits if that shows the same digits, 64 bits if that is the same number, else as it is written.
fn fraction(text: &str) -> Outcome<Option<Value>> {
    let (narrow, wide) = (float32(text), float64(text));
    if let (Some(narrow), Some(wide)) = (narrow, wide)
        && form::float32_text(narrow) == form::float_text(wide)
    {
        return Ok(Some(Value::Float32(narrow)));
    }
    let exact = decimal(text)?;
    if let (Some(wide), Some(Value::Decimal(exact))) = (wide, &exact)
        && form::float_text(wide).parse::<BigDecimal>().is_ok_and(|shown| shown == **exact)
    {
        return Ok(Some(Value::Float(wide)));
    }
    Ok(exact)
}

fn wide_or_decimal(text: &str) -> Outcome<Option<Value>> {
    float64(text).map_or_else(|| decimal(text), |number| Ok(Some(Value::Float(number))))
}

/// A float that neither became infinite nor lost all its digits.
fn float64(text: &str) -> Option<f64> {
    let number: f64 = shape(text)?.text.parse().ok()?;
    (number.is_finite() && (number != 0.0 || is_zero(text))).then_some(number)
}

fn float32(text: &str) -> Option<f32> {
    let number: f32 = shape(text)?.text.parse().ok()?;
    (number.is_finite() && (number != 0.0 || is_zero(text))).then_some(number)
}

fn is_zero(text: &str) -> bool {
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    !mantissa.bytes().any(|byte| byte.is_ascii_digit() && byte != b'0')
}

/// What `Float.valueOf` accepts, without its suffix, and nothing else that Rust would.
fn float_body(text: &str) -> Option<&str> {
    let (_, unsigned) = split_sign(text);
    if matches!(unsigned, "NaN" | "Infinity") {
        return Some(text);
    }
    let body = text.strip_suffix(['f', 'F', 'd', 'D']).unwrap_or(text);
    shape(body).map(|shape| shape.text)
}

/// The parts of `-12.50e-3`.
struct Shape<'a> {
    text: &'a str,
    sign: &'a str,
    whole: &'a str,
    fraction: &'a str,
    exponent: &'a str,
}

fn shape(text: &str) -> Option<Shape<'_>> {
    let (sign, unsigned) = split_sign(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (unsigned, ""),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let power = split_sign(exponent).1;
    let is_complete =
        !(whole.is_empty() && fraction.is_empty()) && (exponent.is_empty() || !power.is_empty());
    (is_complete && are_digits(whole) && are_digits(fraction) && are_digits(power)).then_some(Shape {
        text,
        sign,
        whole,
        fraction,
        exponent,
    })
}

/// `new BigDecimal(text)`, which keeps the zeros at its end. An error if writing it out would take too many digits.
fn decimal(text: &str) -> Outcome<Option<Value>> {
    let Some(Shape { sign, whole, fraction, exponent, .. }) = shape(text) else { return Ok(None) };
    let (exponent_sign, power) = split_sign(exponent);
    let power = power.trim_start_matches('0');
    if power.len() > EXPONENT_DIGITS_MAX {
        return Err(too_long());
    }
    let power: i64 = power.parse().unwrap_or(0);
    let power = if exponent_sign == "-" { -power } else { power };
    let scale = i64::try_from(fraction.len()).unwrap_or(i64::MAX) - power;
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0').len();
    let written = if scale < 0 {
        scale.unsigned_abs().saturating_add(significant as u64)
    } else {
        scale.unsigned_abs().max(significant as u64)
    };
    if written > DIGITS_MAX as u64 {
        return Err(too_long());
    }
    let number = signed(sign, BigInt::parse_bytes(digits.as_bytes(), 10));
    Ok(number.map(|digits| Value::Decimal(Arc::new(BigDecimal::new(digits, scale)))))
}

/// The narrowest integer.
fn integer_of(sign: &str, digits: &str, radix: u32) -> Option<Value> {
    let number = unsigned(sign, digits, radix)?;
    Some(i64::try_from(&number).map_or_else(|_| Value::BigInt(Arc::new(number)), Value::Int))
}

fn unsigned(sign: &str, digits: &str, radix: u32) -> Option<BigInt> {
    let are_digits = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
    signed(sign, if are_digits { BigInt::parse_bytes(digits.as_bytes(), radix) } else { None })
}

fn signed(sign: &str, number: Option<BigInt>) -> Option<BigInt> {
    number.map(|number| if sign == "-" { -number } else { number })
}

fn split_sign(text: &str) -> (&str, &str) {
    if text.starts_with(['+', '-']) { text.split_at(1) } else { ("", text) }
}
