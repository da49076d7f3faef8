//! Numbers and moments as texts by pictures. What is expected was compared with the JSONata of its makers.

use super::given;

fn check(cases: &[(&str, &str)]) {
    for (expression, expected) in cases {
        assert_eq!(given(expression).trim_matches('"'), *expected, "{expression}");
    }
}

#[test]
fn whole_numbers_are_written() {
    check(&[
        ("$formatInteger(0, 'w')", "zero"),
        (
            "$formatInteger(123456789, 'w')",
            "one hundred and twenty-three million, four hundred and fifty-six thousand, seven hundred and eighty-nine",
        ),
        ("$formatInteger(1001, 'Ww')", "One Thousand and One"),
        ("$formatInteger(1000000000000000, 'w')", "one thousand trillion"),
        ("$formatInteger(21, 'w;o') & '|' & $formatInteger(20, 'W;o')", "twenty-first|TWENTIETH"),
        (
            "$formatInteger(100, 'w;o') & '|' & $formatInteger(112, 'Ww;o')",
            "one hundredth|One Hundred and Twelfth",
        ),
        ("$formatInteger(-5, 'w')", "-five"),
        (
            "$formatInteger(1999, 'I') & '|' & $formatInteger(2024, 'i') & '|' & $formatInteger(0, 'I')",
            "MCMXCIX|mmxxiv|",
        ),
        (
            "$formatInteger(26, 'a') & '|' & $formatInteger(27, 'A') & '|' & $formatInteger(703, 'A')",
            "z|AA|AAA",
        ),
        ("$formatInteger(12, '000') & '|' & $formatInteger(1234567, '#,##0')", "012|1,234,567"),
        ("$formatInteger(12345678, '#:###,##0')", "12:345,678"),
        (
            "$formatInteger(11, '0;o') & '|' & $formatInteger(112, '0;o') & '|' & $formatInteger(3, '0;o')",
            "11th|112th|3rd",
        ),
        ("$formatInteger(1234, '٠')", "١٢٣٤"),
        ("$formatInteger(-3.2, '0')", "-4"),
        ("$formatInteger(Big, '#,##0')", "12,345,678,901,234,567,890"),
        ("$formatInteger(Missing, '0')", "-"),
        (
            "$formatInteger(3, '0٠')",
            "failed: $formatInteger: the picture `0٠` mixes digits of several scripts",
        ),
        ("$formatInteger(2000000, 'I')", "failed: $formatInteger: Roman numerals are written up to 1000000"),
        (
            "$formatInteger(1, $pad('', 2000, '0'))",
            "failed: $formatInteger: a picture has more than 1000 bytes",
        ),
    ]);
}

#[test]
fn whole_numbers_are_read() {
    check(&[
        ("$parseInteger('twelve thousand, four hundred and seventy-six', 'w')", "12476"),
        ("$parseInteger('twenty-first', 'w;o') + $parseInteger('ONE', 'W')", "22"),
        ("$parseInteger('two thousand trillion', 'w')", "2000000000000000"),
        ("$parseInteger('MCMLXXXIV', 'I') & '|' & $parseInteger('zz', 'a')", "1984|702"),
        (
            "$parseInteger('12,345', '#,##0') & '|' & $parseInteger('12th', '0;o') & '|' & $parseInteger('-7', '0')",
            "12345|12|-7",
        ),
        ("$parseInteger('١٢', '٠')", "12"),
        ("$parseInteger(Missing, '0')", "-"),
        ("$parseInteger('abc', 'w')", "failed: $parseInteger: `abc` is no number of this picture"),
        ("$parseInteger($join($map([1..400], function(){ 'trillion' }), ' '), 'w')", "0"),
        (
            "$parseInteger('one ' & $join($map([1..400], function(){ 'trillion' }), ' '), 'w')",
            "failed: $parseInteger: the number has more than 1000 digits",
        ),
    ]);
}

#[test]
fn numbers_are_written() {
    check(&[
        ("$formatNumber(12345.6, '#,###.00')", "12,345.60"),
        ("$formatNumber(1234567, '#,##,##0')", "12,34,567"),
        ("$formatNumber(0.14, '01%') & '|' & $formatNumber(0.4857, '###.###‰')", "14%|485.7‰"),
        ("$formatNumber(-6, '000') & '|' & $formatNumber(-6, '0.00;(0.00)')", "-006|(6.00)"),
        (
            "$formatNumber(1234.5678, '00.000e0') & '|' & $formatNumber(0.00123, '00.000e0')",
            "12.346e2|12.300e-4",
        ),
        ("$formatNumber(1234.5678, '#.00e0')", "0.12e4"),
        ("$formatNumber(0, '0.0e0') & '|' & $formatNumber(-10, '0.0e0')", "0.0e0|-1.0e1"),
        (
            "$formatNumber(5, '#.#') & '|' & $formatNumber(0.5, '#.#') & '|' & $formatNumber(0, '#')",
            "5.0|.5|0",
        ),
        ("$formatNumber(1.5, '0') & '|' & $formatNumber(2.5, '0')", "2|2"),
        ("$formatNumber(1234.5678, '#,##0.000,0')", "1,234.567,8"),
        (
            "$formatNumber(12345.6, '#.##0,00', {'decimal-separator': ',', 'grouping-separator': '.'})",
            "12.345,60",
        ),
        ("$formatNumber(12345.6, '①①,①①①.①①', {'zero-digit': '①'})", "②③,④⑤⑥.⑦①"),
        ("$formatNumber(42, '0.00 €') & '|' & $formatNumber(-42, 'EUR 0.00')", "42.00 €|-EUR 42.00"),
        ("$formatNumber(Big, '#,##0.0')", "12,345,678,901,234,567,890.0"),
        ("$formatNumber(Missing, '0')", "-"),
        ("$formatNumber(20, '#;#;#')", "failed: $formatNumber: the picture `#;#;#` has more than two halves"),
        ("$formatNumber(20, 'x')", "failed: $formatNumber: the picture `x` has no digits"),
        ("$formatNumber(20, '0.0.0')", "failed: $formatNumber: the picture `0.0.0` has several points"),
        (
            "$formatNumber(20, '0,')",
            "failed: $formatNumber: the picture `0,` has a separator beside the point",
        ),
        (
            "$formatNumber(20, '0+0')",
            "failed: $formatNumber: the picture `0+0` has other signs within its digits",
        ),
        (
            "$formatNumber(20, '0', {'zero-digit': 'ab'})",
            "failed: $formatNumber: the option `zero-digit` has to be one character",
        ),
    ]);
}

#[test]
fn moments_have_words_letters_and_roman_numerals() {
    let written = |picture: &str| given(&format!("$fromMillis(1521801216617, '{picture}')"));
    for (picture, expected) in [
        ("[FNn], the [DWwo] of [MNn], [Yw]", "Friday, the Twenty-Third of March, two thousand and eighteen"),
        ("[Yi]-[MI]-[Da]", "mmxviii-III-w"),
        ("[hw] [mW] [dwo]", "ten THIRTY-THREE eighty-second"),
        ("[Y9,999,*] [Y,2] [D1o]", "2,018 18 23rd"),
        ("[W] [w] [X] [xNn] [C]", "12 4 2018 March ISO"),
    ] {
        assert_eq!(written(picture).trim_matches('"'), expected, "{picture}");
    }
    for (text, picture, expected) in [
        (
            "Twenty-eighth of August, one thousand, nine hundred and eighty-four",
            "[DWwo] of [MNn], [Yw]",
            "1984-08-28T00:00:00.000Z",
        ),
        ("xii viii mcmlxxxiv", "[Di] [Mi] [Yi]", "1984-08-12T00:00:00.000Z"),
        ("w c 1984", "[Da] [Ma] [Y]", "1984-03-23T00:00:00.000Z"),
        ("first second 2018", "[Dwo] [Mwo] [Y]", "2018-02-01T00:00:00.000Z"),
        ("2018 12", "[X] [W]", "failed: $toMillis: weeks are only written, not read"),
    ] {
        let told = given(&format!("$fromMillis($toMillis('{text}', '{picture}'))"));
        assert_eq!(told.trim_matches('"'), expected, "{text}");
    }
}
