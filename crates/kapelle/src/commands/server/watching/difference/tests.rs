use super::*;

/// `a.yaml 1 x y`: a file with its stamp and its flows; `!` at the end is one with mistakes.
fn files(lines: &[&str]) -> BTreeMap<PathBuf, Seen> {
    let file = |line: &&str| {
        let (line, is_whole) = line.strip_suffix('!').map_or((*line, true), |line| (line, false));
        let mut words = line.split_whitespace();
        let path = PathBuf::from(words.next().unwrap());
        let stamp = Stamp { bytes: words.next().unwrap().parse().unwrap(), ..Stamp::default() };
        let flows = words.map(|id| FlowName { namespace: "team".to_owned(), id: id.to_owned() }).collect();
        (path, Seen { stamp, flows, is_whole })
    };
    lines.iter().map(file).collect()
}

fn told(before: &[&str], now: &[&str]) -> String {
    let Difference { changed, gone, .. } = difference(&files(before), &files(now));
    let changed = changed.iter().map(|path| path.display().to_string());
    let gone = gone.iter().map(|name| format!("-{}", name.id));
    changed.chain(gone).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_new_or_changed_is_read_and_what_no_file_has_is_gone() {
    for (before, now, expected) in [
        (&[][..], &["a 1 x", "b 1 y"][..], "a b"),
        (&["a 1 x"], &["a 1 x"], ""),
        (&["a 1 x"], &["a 2 x"], "a"),
        (&["a 1 x", "b 1 y"], &["a 1 x"], "-y"),
        (&["a 1 x y"], &["a 2 x"], "a -y"),
        // A file that was renamed, or stands behind another link now.
        (&["a 1 x"], &["b 1 x"], "b"),
        // Two files have it.
        (&["a 1 x", "b 1 x"], &["b 1 x"], ""),
    ] {
        assert_eq!(told(before, now), expected, "{before:?} {now:?}");
    }
}

#[test]
fn a_file_with_mistakes_ends_nothing_until_it_is_whole_again() {
    let before = files(&["a 1 x y"]);
    let broken = difference(&before, &files(&["a 2 !"]));
    assert!(broken.gone.is_empty(), "{broken:?}");
    let mended = difference(&broken.seen, &files(&["a 3 x"]));
    assert_eq!(mended.gone.iter().map(FlowName::to_string).collect::<Vec<_>>(), ["team.y"]);
}

#[test]
fn an_empty_folder_ends_nothing() {
    let before = files(&["a 1 x"]);
    let nothing = difference(&before, &files(&[]));
    assert_eq!((nothing.gone.len(), nothing.seen), (0, before));
}
