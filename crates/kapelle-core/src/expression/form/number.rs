//! Numbers as Java prints them.

use bigdecimal::BigDecimal;

/// `Double.toString`: the shortest digits that read back as the same number, in the form `1.0`, `1.0E7` or `1.0E-4`.
pub fn float_text(number: f64) -> String {
    if !number.is_finite() {
        return special(number.is_nan(), number > 0.0);
    }
    layout(&format!("{number:e}"))
}

/// `Float.toString`.
pub fn float32_text(number: f32) -> String {
    if !number.is_finite() {
        return special(number.is_nan(), number > 0.0);
    }
    layout(&format!("{number:e}"))
}

fn special(is_nan: bool, is_positive: bool) -> String {
    let text = match (is_nan, is_positive) {
        (true, _) => "NaN",
        (_, true) => "Infinity",
        _ => "-Infinity",
    };
    text.to_owned()
}

/// Puts the digits of `1.25e-3` where Java has them.
fn layout(scientific: &str) -> String {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits: String = mantissa.chars().filter(|character| *character != '.').collect();
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if digits == "0" {
        return format!("{sign}0.0");
    }
    if !(-3..7).contains(&exponent) {
        let fraction = if digits.len() > 1 { &digits[1..] } else { "0" };
        return format!("{sign}{}.{fraction}E{exponent}", &digits[..1]);
    }
    if exponent < 0 {
        let zeros = "0".repeat(exponent.unsigned_abs() as usize - 1);
        return format!("{sign}0.{zeros}{digits}");
    }
    let whole = exponent.unsigned_abs() as usize + 1;
    if digits.len() <= whole {
        return format!("{sign}{digits:0<whole$}.0");
    }
    format!("{sign}{}.{}", &digits[..whole], &digits[whole..])
}

/// `BigDecimal.toPlainString`
pub fn decimal_text(number: &BigDecimal) -> String {
    let (digits, scale) = number.as_bigint_and_exponent();
    if digits.sign() == num_bigint::Sign::NoSign && scale <= 0 {
        return "0".to_owned();
    }
    number.to_plain_string()
}

/// `BigDecimal.toString`: scientific where the scale is negative or the number is very small.
pub fn decimal_scientific(number: &BigDecimal) -> String {
    let (digits, scale) = number.as_bigint_and_exponent();
    let unscaled = digits.magnitude().to_string();
    let sign = if digits.sign() == num_bigint::Sign::Minus { "-" } else { "" };
    let adjusted = -scale + (unscaled.len() as i64 - 1);
    if scale >= 0 && adjusted >= -6 {
        return decimal_text(number);
    }
    let fraction = if unscaled.len() > 1 { format!(".{}", &unscaled[1..]) } else { String::new() };
    let exponent = if adjusted < 0 { adjusted.to_string() } else { format!("+{adjusted}") };
    format!("{sign}{}{fraction}E{exponent}", &unscaled[..1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_look_as_in_java() {
        let cases = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (0.1, "0.1"),
            (123.456, "123.456"),
            (0.001, "0.001"),
            (0.0001, "1.0E-4"),
            (9_999_999.0, "9999999.0"),
            (1e7, "1.0E7"),
            (1.5e300, "1.5E300"),
            (-12_345_678.9, "-1.23456789E7"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ];
        for (number, expected) in cases {
            assert_eq!(float_text(number), expected);
        }
        assert_eq!(float32_text(1.1), "1.1");
    }
}
