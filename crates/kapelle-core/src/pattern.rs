pub fn check_java_regex(p: &str) -> Result<(), (String, usize)> {
    if p.ends_with('\\') { Err(("x".into(), 0)) } else { Ok(()) }
}
