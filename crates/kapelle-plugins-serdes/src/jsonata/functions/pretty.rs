//! JSON with line breaks, for people.

use super::Outcome;

/// Places of indentation for each level.
const STEP: usize = 2;

/// Breaks JSON that is on one line into one line for each item.
pub(super) fn json(line: &str) -> Outcome<String> {
    let mut out = String::with_capacity(line.len() * 2);
    let mut depth = 0_usize;
    let mut is_text = false;
    let mut is_escaped = false;
    let mut signs = line.chars().peekable();
    while let Some(sign) = signs.next() {
        // Deep lists become far longer than they were.
        if out.len() > kapelle_plugin::ion::ROW_BYTES_MAX {
            return Err("the text is too long".to_owned());
        }
        match sign {
            _ if is_text => {
                out.push(sign);
                is_text = sign != '"' || is_escaped;
                is_escaped = sign == '\\' && !is_escaped;
            }
            '"' => {
                out.push(sign);
                is_text = true;
            }
            '[' | '{' => {
                out.push(sign);
                if let Some(end) = signs.next_if(|next| matches!(next, ']' | '}')) {
                    out.push(end);
                } else {
                    depth += 1;
                    break_line(&mut out, depth);
                }
            }
            ']' | '}' => {
                depth = depth.saturating_sub(1);
                break_line(&mut out, depth);
                out.push(sign);
            }
            ',' => {
                out.push(sign);
                break_line(&mut out, depth);
            }
            ':' => out += ": ",
            sign => out.push(sign),
        }
    }
    Ok(out)
}

fn break_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', depth * STEP));
}
