use super::*;

/// What the rules of the root leave out of `names`; a name with a slash at its end is a folder.
fn left_out<'a>(rules: &str, names: &[&'a str]) -> Vec<&'a str> {
    let rules = [Rules::parse(rules)];
    names.iter().copied().filter(|name| ignores(&rules, name)).collect()
}

fn ignores(rules: &[Rules], name: &str) -> bool {
    let way: Vec<String> = name.trim_end_matches('/').split('/').map(str::to_owned).collect();
    Rules::ignore(rules, &way, name.ends_with('/'))
}

#[test]
fn patterns_mean_what_they_mean_to_git() {
    let cases: &[(&str, &[&str], &[&str])] = &[
        // A name fits at any depth.
        ("a.yml", &["a.yml", "x/a.yml", "x/y/a.yml"], &["a.yaml", "xa.yml", "a.yml.yml"]),
        ("build", &["build", "build/", "x/build/"], &["builds", "build/x.yml"]),
        // A slash at the start or inside ties it to the folder of the ignore file.
        ("/a.yml", &["a.yml"], &["x/a.yml"]),
        ("x/a.yml", &["x/a.yml"], &["a.yml", "y/x/a.yml"]),
        // A slash at the end means folders only, and does not tie.
        ("build/", &["build/", "x/build/"], &["build", "x/build"]),
        ("/build/", &["build/"], &["build", "x/build/"]),
        ("x/build/", &["x/build/"], &["y/x/build/", "x/build"]),
        // Wildcards stay within a name.
        ("*.yml", &["a.yml", "x/b.yml", ".yml"], &["a.yaml"]),
        ("x/*.yml", &["x/a.yml"], &["x/y/a.yml", "a.yml"]),
        ("a?c", &["abc", "aäc"], &["ac", "abbc"]),
        ("*a*b*", &["ab", "xaybz", "aab"], &["ba", "a", "xbya"]),
        ("a**b", &["ab", "axxb"], &["a/b"]),
        // Any number of folders.
        ("**/a.yml", &["a.yml", "x/a.yml", "x/y/a.yml"], &["b.yml"]),
        ("x/**", &["x/a", "x/y/a", "x/y/"], &["x", "x/", "y/x/a"]),
        ("x/**/a", &["x/a", "x/y/a", "x/y/z/a"], &["a", "z/x/a", "x/b"]),
        ("**/x/**/a", &["x/a", "z/x/y/a"], &["x", "a"]),
        ("**", &["a", "x/a", "x/"], &[]),
        // Classes.
        ("[ab].yml", &["a.yml", "b.yml"], &["c.yml", "ab.yml"]),
        ("[a-c0-9]", &["b", "5"], &["d", "-"]),
        ("[!a-c]", &["d", "-"], &["a", "b"]),
        ("[^a]", &["b"], &["a"]),
        ("[]a]", &["]", "a"], &["b"]),
        ("[a-]", &["a", "-"], &["b"]),
        ("[[:digit:]x]", &["7", "x"], &["a"]),
        ("[\\]]", &["]"], &["a", "\\"]),
        ("[ab", &[], &["[ab", "a"]),
        // Comments, blanks, escapes.
        ("# a\n\n   \n", &[], &["a", "# a", "   "]),
        ("\\#a", &["#a"], &["\\#a", "a"]),
        ("\\!a", &["!a"], &["a"]),
        ("a  ", &["a"], &["a  "]),
        ("a\\ ", &["a "], &["a"]),
        ("a\\*", &["a*"], &["ab"]),
        ("a\r\nb\r\n", &["a", "b"], &["c"]),
        ("\u{feff}a", &["a"], &[]),
        ("/", &[], &["a", "a/"]),
        // The last line that fits decides.
        ("*.yml\n!b.yml", &["a.yml", "x/a.yml"], &["b.yml", "x/b.yml"]),
        ("!b.yml\n*.yml", &["a.yml", "b.yml"], &[]),
        ("/*\n!/keep/", &["a", "drop/"], &["keep/", "keep/a"]),
    ];
    for (rules, ignored, kept) in cases {
        let names: Vec<&str> = ignored.iter().chain(*kept).copied().collect();
        assert_eq!(left_out(rules, &names), *ignored, "{rules:?}");
    }
}

#[test]
fn deeper_files_decide_before_higher_ones_and_count_from_their_folder() {
    let rules = [Rules::parse("*.yml\n/top"), Rules::parse("!keep.yml\n/own"), Rules::default()];
    assert!(ignores(&rules, "x/a.yml"));
    assert!(!ignores(&rules, "x/keep.yml"));
    assert!(!ignores(&rules, "x/y/keep.yml"));
    assert!(ignores(&rules, "keep.yml"), "the rules of `x` say nothing about entries beside it");
    assert!(ignores(&rules, "x/own"));
    assert!(!ignores(&rules, "x/y/own"));
    assert!(!ignores(&rules, "x/top"));
}

#[test]
fn many_wildcards_take_no_time() {
    let name = "a".repeat(5_000);
    let way = "a/".repeat(500) + "b";
    assert!(!ignores(&[Rules::parse(&format!("{}c", "**/a/".repeat(40)))], &way));
    assert!(!ignores(&[Rules::parse(&format!("{}b", "*a".repeat(40)))], &name));
}
