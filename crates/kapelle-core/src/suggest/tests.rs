use super::{LENGTH_MAX, mistakes, nearest, nearest_names};

fn near(wanted: &str, names: &[&'static str]) -> Option<&'static str> {
    nearest(wanted, names.iter().copied())
}

fn distance(left: &str, right: &str) -> usize {
    let characters = |text: &str| text.chars().collect::<Vec<_>>();
    mistakes(&characters(left), &characters(right), LENGTH_MAX)
}

#[test]
fn mistakes_are_counted_as_they_are_typed() {
    assert_eq!(distance("same", "same"), 0);
    assert_eq!(distance("sme", "same"), 1, "one is missing");
    assert_eq!(distance("samee", "same"), 1, "one is too much");
    assert_eq!(distance("sane", "same"), 1, "one is another");
    assert_eq!(distance("smae", "same"), 1, "two are swapped");
    assert_eq!(distance("", "same"), 4);
    assert_eq!(distance("kitten", "sitting"), 3);
    assert_eq!(distance("größe", "grösse"), 2);
}

#[test]
fn a_typo_finds_its_name() {
    let names = ["id", "namespace", "description", "tasks", "triggers", "type", "timeout"];
    assert_eq!(near("taks", &names), Some("tasks"));
    assert_eq!(near("namepsace", &names), Some("namespace"));
    assert_eq!(near("descripton", &names), Some("description"));
    assert_eq!(near("trigger", &names), Some("triggers"));
    assert_eq!(near("typ", &names), Some("type"));
    assert_eq!(near("volume", &names), None);
    assert_eq!(near("", &names), None);
}

#[test]
fn a_third_of_the_length_is_forgiven_and_at_least_one() {
    assert_eq!(near("x", &["y"]), None, "nothing is left of it");
    assert_eq!(near("xd", &["id"]), Some("id"));
    assert_eq!(near("abcdef", &["abcdxy"]), Some("abcdxy"));
    assert_eq!(near("abcdef", &["abcxyz"]), None);
}

#[test]
fn case_alone_is_no_difference() {
    assert_eq!(near("string", &["STRINGS", "STRING"]), Some("STRING"));
    assert_eq!(near("parallel", &["Parallels", "PARALLEL"]), Some("PARALLEL"));
}

#[test]
fn the_last_segment_outweighs_the_package() {
    let names =
        ["io.kestra.plugin.core.log.Lag", "io.kestra.plugin.core.flow.Log", "io.kestra.plugin.core.log.Log"];
    assert_eq!(near("io.kestra.plugin.core.logs.Log", &names), Some("io.kestra.plugin.core.log.Log"));
    assert_eq!(near("Log", &names), Some("io.kestra.plugin.core.log.Log"), "the shorter way");
    assert_eq!(near("io.kestra.plugin.core.log.Lgo", &names), Some("io.kestra.plugin.core.log.Log"));
}

#[test]
fn of_equals_the_first_stays() {
    assert_eq!(near("bat", &["cat", "hat"]), Some("cat"));
    assert_eq!(near("bat", &["hat", "cat"]), Some("hat"));
}

#[test]
fn several_names_come_best_first_and_once() {
    let names = ["tusks", "tasks", "taskId", "task", "tasks", "volume"];
    assert_eq!(nearest_names("taks", names.iter().copied(), 2), ["tasks", "task"]);
    assert_eq!(nearest_names("tsks", names.iter().copied(), 9), ["tusks", "tasks"]);
    assert_eq!(nearest_names("Tasks", names.iter().copied(), 9), ["tasks"], "nothing is nearer");
}

#[test]
fn very_long_texts_are_no_names() {
    let long = "a".repeat(100_000);
    assert_eq!(nearest(&long, std::iter::once("a")), None);
    assert_eq!(nearest("a", std::iter::once(long.as_str())), None);
}
