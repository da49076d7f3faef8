//! Jobs as they are kept.

use super::*;

fn job(chosen: Chosen) -> Job {
    Job {
        id: "j".to_owned(),
        by: "ann".to_owned(),
        created: Millis(1),
        updated: Millis(2),
        verb: Verb::ChangeStatus,
        options: json!({"state": "FAILED"}),
        chosen,
        state: JobState::Running,
        words: "w".to_owned(),
        after: ExecutionId::parse("5cBZ1JF8kim8fbFg13bumX"),
        taken: 3,
        total: 9,
        is_total_exact: false,
        counts: BTreeMap::from([(Ending::Done, 2), (Ending::Unknown, 1)]),
        parts: 1,
    }
}

#[test]
fn a_job_comes_back_as_it_was_written() {
    for chosen in [Chosen::Filter("state=FAILED".to_owned()), Chosen::Ids(vec!["a".to_owned()])] {
        let job = job(chosen);
        assert_eq!(kept::read(&kept::written(&job)), Some(job));
    }
    assert_eq!(kept::read(&json!({"id": "j"})), None);
}

#[test]
fn one_that_should_work_and_does_not_was_interrupted_and_says_so() {
    let job = job(Chosen::Filter(String::new()));
    assert_eq!(job.shown(true)["state"], "RUNNING");
    let shown = job.shown(false);
    assert_eq!(shown["state"], "INTERRUPTED");
    assert!(shown["words"].as_str().unwrap().contains("the server was stopped"), "{shown}");
    assert_eq!(shown["counts"], json!({"done": 2, "skipped": 0, "failed": 0, "unknown": 1}));
    assert!(JobState::Interrupted.can_resume() && !JobState::Done.can_resume());
}
