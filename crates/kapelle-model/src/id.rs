//! Names of executions: 128 bits, shown as 22 characters.

use std::fmt;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTH: usize = 22;

/// The id of an execution.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExecutionId(pub u128);

impl ExecutionId {
    /// Reads the 22 characters; `None` if they are no id.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != LENGTH {
            return None;
        }
        let number = text.bytes().try_fold(0u128, |number, byte| {
            let digit = ALPHABET.binary_search(&byte).ok()?;
            number.checked_mul(62)?.checked_add(digit as u128)
        })?;
        Some(Self(number))
    }
}

impl fmt::Display for ExecutionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [b'0'; LENGTH];
        let mut rest = self.0;
        for digit in digits.iter_mut().rev() {
            *digit = ALPHABET[(rest % 62) as usize];
            rest /= 62;
        }
        digits.iter().try_for_each(|digit| fmt::Write::write_char(f, char::from(*digit)))
    }
}

impl fmt::Debug for ExecutionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_22_characters_and_reads_back() {
        for id in [0, 1, 61, 62, u128::from(u64::MAX), u128::MAX].map(ExecutionId) {
            let text = id.to_string();
            assert_eq!((text.len(), ExecutionId::parse(&text)), (22, Some(id)), "{text}");
        }
        assert_eq!(ExecutionId(62).to_string(), "0000000000000000000010");
    }

    #[test]
    fn other_texts_are_no_ids() {
        for text in ["", "0", "000000000000000000001!", "zzzzzzzzzzzzzzzzzzzzzz", "00000000000000000000é"] {
            assert_eq!(ExecutionId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn later_ids_sort_later_as_text_too() {
        let texts = [1u128 << 90, (1 << 90) + 1, 1 << 100].map(|id| ExecutionId(id).to_string());
        assert!(texts.is_sorted());
    }
}
