//! Parts of paths and of keys in stores.

/// Characters of an ending, with its dot.
const ENDING_MAX: usize = 16;

/// The last part of a path or a key.
pub fn name_of(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or(path)
}

/// The ending of its last part, with its dot, if it looks like one.
pub fn ending_of(path: &str) -> &str {
    let name = name_of(path);
    let ending = name.rfind('.').filter(|dot| *dot > 0).map_or("", |dot| &name[dot..]);
    let is_ending =
        ending.len() <= ENDING_MAX && ending.bytes().skip(1).all(|byte| byte.is_ascii_alphanumeric());
    if is_ending { ending } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_ends_with_a_name_and_an_ending() {
        for (path, name, ending) in [
            ("a/b.csv", "b.csv", ".csv"),
            ("a/b/", "b", ""),
            ("a.tar.gz", "a.tar.gz", ".gz"),
            (".hidden", ".hidden", ""),
            ("a.what is this", "a.what is this", ""),
            ("", "", ""),
        ] {
            assert_eq!((name_of(path), ending_of(path)), (name, ending), "{path}");
        }
    }
}
