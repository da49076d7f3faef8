//! Numbers as a row of digits that can be rounded, for all who write them in some form.

#![expect(clippy::cast_possible_wrap, reason = "counts of digits are far below the end of integers")]

use std::cmp::Ordering;

use bigdecimal::BigDecimal;
use kapelle_model::Value;
use num_bigint::{BigInt, Sign};

use crate::expression::error::{Error, Outcome};
use crate::expression::form;

/// Digits that a decimal may have when it is written out.
const DIGITS_MAX: i64 = 10_000;

/// What becomes of a number that lies in the middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Middle {
    /// It goes to the even neighbour; of a float its exact value decides.
    Even,
    /// It goes away from zero; of a float its shortest digits decide.
    Up,
}

pub(super) enum Number {
    Finite(Decimal),
    Infinite { is_negative: bool },
    Undefined,
}

/// `0.d₁d₂d₃… × 10^point`, without zeros at either end; no digits is zero.
pub(super) struct Decimal {
    pub is_negative: bool,
    pub digits: Vec<u8>,
    pub point: i64,
    /// How the number itself compares with its digits, which for floats are the shortest ones.
    remainder: Ordering,
}

impl Decimal {
    /// The digits of a number times `multiplier`; `None` if the value is no number at all.
    pub(super) fn of(value: &Value, multiplier: u32) -> Outcome<Option<Number>> {
        let number = match value {
            Value::Int(number) => Self::exact(&BigInt::from(*number), 0, multiplier),
            Value::BigInt(number) => Self::exact(number, 0, multiplier),
            Value::Decimal(number) => {
                let (digits, scale) = number.as_bigint_and_scale();
                Self::exact(&digits, scale, multiplier)
            }
            Value::Float(number) => return Ok(Some(Self::float(*number * f64::from(multiplier)))),
            Value::Float32(number) => {
                return Ok(Some(Self::float(f64::from(*number) * f64::from(multiplier))));
            }
            _ => return Ok(None),
        };
        if number.point.abs() > DIGITS_MAX || number.digits.len() as i64 > DIGITS_MAX {
            return Err(Error::limit(format!("the number would have more than {DIGITS_MAX} digits")));
        }
        Ok(Some(Number::Finite(number)))
    }

    fn exact(digits: &BigInt, scale: i64, multiplier: u32) -> Self {
        let is_negative = digits.sign() == Sign::Minus;
        Self::from_digits(is_negative, &(digits.magnitude() * multiplier).to_string(), scale)
    }

    fn float(number: f64) -> Number {
        let is_negative = number.is_sign_negative();
        if number.is_nan() {
            return Number::Undefined;
        }
        let shown = form::float_text(number.abs());
        let (Ok(shown), Ok(exact)) = (shown.parse::<BigDecimal>(), BigDecimal::try_from(number.abs())) else {
            return Number::Infinite { is_negative };
        };
        let (digits, scale) = shown.as_bigint_and_scale();
        let remainder = exact.cmp(&shown);
        Number::Finite(Self { remainder, ..Self::from_digits(is_negative, &digits.to_string(), scale) })
    }

    fn from_digits(is_negative: bool, digits: &str, scale: i64) -> Self {
        let digits = digits.trim_start_matches('0');
        let point = (digits.len() as i64).saturating_sub(scale);
        let digits: Vec<u8> = digits.trim_end_matches('0').bytes().map(|digit| digit - b'0').collect();
        let point = if digits.is_empty() { 0 } else { point };
        Self { is_negative, digits, point, remainder: Ordering::Equal }
    }

    pub(super) fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// Keeps so many digits behind the point.
    pub(super) fn round_fraction(&mut self, digits: usize, middle: Middle) {
        self.round(self.point.saturating_add(digits as i64), middle);
    }

    /// Keeps so many digits, counted from the first.
    pub(super) fn round(&mut self, kept: i64, middle: Middle) {
        let Ok(kept) = usize::try_from(kept) else {
            self.digits.clear();
            self.point = 0;
            return;
        };
        let Some(&next) = self.digits.get(kept) else { return };
        let is_odd = kept.checked_sub(1).is_some_and(|last| self.digits[last] % 2 == 1);
        let is_up = match next.cmp(&5) {
            Ordering::Equal if middle == Middle::Up || self.digits.len() > kept + 1 => true,
            Ordering::Equal => {
                self.remainder == Ordering::Greater || self.remainder == Ordering::Equal && is_odd
            }
            other => other == Ordering::Greater,
        };
        self.digits.truncate(kept);
        if is_up {
            while self.digits.pop_if(|digit| *digit == 9).is_some() {}
            if let Some(last) = self.digits.last_mut() {
                *last += 1;
            } else {
                self.digits.push(1);
                self.point += 1;
            }
        }
        while self.digits.pop_if(|digit| *digit == 0).is_some() {}
        if self.digits.is_empty() {
            self.point = 0;
        }
        self.remainder = Ordering::Equal;
    }
}
