use super::*;

/// The lines of what comes in these pieces, shortened; messages in brackets.
fn lines(pieces: &[&[u8]]) -> Vec<String> {
    let mut splitter = Splitter::default();
    let mut lines = Vec::new();
    let mut each = |line| lines.push(line);
    for piece in pieces {
        splitter.push(piece, &mut each);
    }
    splitter.finish(&mut each);
    let shown = |line| match line {
        Line::Words(words) => words,
        Line::Message(json) => format!("[{json}]"),
    };
    lines.into_iter().map(shown).collect()
}

#[test]
fn lines_end_with_newlines_returns_or_both_wherever_the_pieces_end() {
    for whole in ["a\nb\r\nc\rd", "a\nb\nc\nd\n", "a\rb\rc\r\nd\r"] {
        for size in 1..whole.len() {
            let pieces: Vec<&[u8]> = whole.as_bytes().chunks(size).collect();
            assert_eq!(lines(&pieces), ["a", "b", "c", "d"], "{whole:?} by {size}");
        }
    }
    assert_eq!(lines(&[b"\n\na\n"]), ["", "", "a"]);
    assert_eq!(lines(&[b"a\r", b"\n", b"\nb"]), ["a", "", "b"]);
    assert_eq!(lines(&[]), [""; 0]);
}

#[test]
fn a_message_is_a_whole_line() {
    assert_eq!(lines(&[b"::{", b"\"a\":1}", b"::\n"]), ["[{\"a\":1}]"]);
    assert_eq!(lines(&[b"::{}::"]), ["[{}]"]);
    for words in ["::{}", " ::{}::", "::{}:: ", "::{::", "::[]::", "::{}::x"] {
        assert_eq!(lines(&[words.as_bytes()]), [words]);
    }
}

#[test]
fn what_is_no_text_is_shown_with_replacement_characters() {
    assert_eq!(lines(&[b"a\xffb\n\xc3"]), ["a\u{fffd}b", "\u{fffd}"]);
}

#[test]
fn a_long_line_is_cut_with_a_mark_and_costs_no_more_memory() {
    let mut splitter = Splitter::default();
    let mut seen = Vec::new();
    for _ in 0..100 {
        splitter.push(&[b'x'; 10_000], &mut |line| seen.push(line));
        assert!(splitter.kept.capacity() <= 4 * LOG_BYTES_MAX);
    }
    splitter.push(b"\nnext\n", &mut |line| seen.push(line));
    let cut = format!("{}… ({} bytes were cut)", "x".repeat(LOG_BYTES_MAX), 1_000_000 - LOG_BYTES_MAX);
    assert_eq!(seen, [Line::Words(cut), Line::Words("next".into())]);
}

#[test]
fn a_cut_never_halves_a_character() {
    let line = lines(&["ü".repeat(LOG_BYTES_MAX).as_bytes()]).remove(0);
    assert!(line.starts_with("üü") && !line.contains('\u{fffd}'));
    let shifted = lines(&[format!("x{}", "ü".repeat(LOG_BYTES_MAX)).as_bytes()]).remove(0);
    assert!(!shifted.contains('\u{fffd}'));
}

#[test]
fn a_message_may_be_a_mebibyte_long_and_one_that_is_longer_is_a_cut_line() {
    let of = |bytes: usize| format!("::{{\"a\":\"{}\"}}::", "x".repeat(bytes));
    let message = of(MESSAGE_BYTES_MAX - 12);
    assert_eq!(message.len(), MESSAGE_BYTES_MAX);
    assert_eq!(lines(&[message.as_bytes()]), [format!("[{}]", &message[2..message.len() - 2])]);
    let longer = lines(&[of(MESSAGE_BYTES_MAX).as_bytes()]).remove(0);
    assert!(longer.starts_with("::{") && longer.ends_with(" bytes were cut)") && longer.len() < 70_000);
}
