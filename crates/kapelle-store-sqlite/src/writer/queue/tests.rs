//! What goes before what, and that nobody waits in vain.

use std::sync::mpsc::channel;

use super::*;

fn job(bytes: usize) -> Job {
    let prepared = Prepared { record: Vec::new(), others: Vec::new(), is_purge: false, bytes };
    Job { prepared, done: Box::new(drop) }
}

fn purge(bytes: usize) -> Job {
    let mut job = job(bytes);
    job.prepared.is_purge = true;
    job
}

fn sizes(jobs: &[Job]) -> Vec<usize> {
    jobs.iter().map(|job| job.prepared.bytes).collect()
}

#[test]
fn what_runs_goes_before_what_is_new() {
    let mut queue = Queue::default();
    queue.new.extend([job(1), job(2)]);
    queue.urgent.push_back(job(3));
    assert_eq!(sizes(&queue.take()), [3, 1, 2]);
    assert!(queue.take().is_empty());
}

#[test]
fn a_commit_is_bounded_by_number_and_bytes_and_one_transaction_always_fits() {
    let mut queue = Queue::default();
    queue.new.extend([job(BATCH_BYTES_MAX + 1), job(BATCH_BYTES_MAX), job(1)]);
    assert_eq!(sizes(&queue.take()), [BATCH_BYTES_MAX + 1]);
    assert_eq!(sizes(&queue.take()), [BATCH_BYTES_MAX]);
    assert_eq!(sizes(&queue.take()), [1]);
    queue.new.extend((0..=BATCH_MAX).map(|_| job(0)));
    assert_eq!(queue.take().len(), BATCH_MAX);
}

#[test]
fn a_purge_is_a_commit_by_itself() {
    let mut queue = Queue::default();
    queue.new.extend([job(1), job(2), purge(3), purge(4), job(5)]);
    let mut taken = || sizes(&queue.take());
    assert_eq!([taken(), taken(), taken(), taken()], [vec![1, 2], vec![3], vec![4], vec![5]]);
}

#[test]
fn who_comes_when_the_queue_is_full_is_refused_unless_it_is_urgent() {
    let shared = Shared::new(CommitNumber(0));
    for _ in 0..QUEUE_MAX {
        shared.submit(job(1), false);
    }
    let (told, hears) = channel();
    for is_urgent in [false, true] {
        let told = told.clone();
        let done: Done = Box::new(move |result| told.send(result).unwrap());
        shared.submit(Job { done, ..job(1) }, is_urgent);
    }
    assert!(matches!(hears.try_recv(), Ok(Err(StoreError::Full(_)))));
    assert!(hears.try_recv().is_err(), "what is urgent waits");
    let Work::Jobs(jobs) = shared.next(false) else { panic!("there is work") };
    assert_eq!(jobs.len(), BATCH_MAX);
    let done: Done = Box::new(|result| panic!("there is room: {result:?}"));
    shared.submit(Job { done, ..job(1) }, false);
}

#[test]
fn nobody_waits_in_vain_once_the_writer_has_ended() {
    let shared = Shared::new(CommitNumber(0));
    let (told, hears) = channel();
    let done = Box::new(move |result| told.send(result).unwrap());
    shared.lock().new.push_back(Job { done, ..job(0) });
    shared.written(CommitNumber(1), true);
    drop(Closing(&shared));
    assert!(matches!(hears.recv().unwrap(), Err(StoreError::Unavailable(_))));
    assert!(shared.lock().is_closed);
    assert!(matches!(shared.settle(), Err(StoreError::Unavailable(_))));
}

#[test]
fn who_reads_waits_until_the_journal_is_worked_in() {
    let shared = Shared::new(CommitNumber(0));
    assert_eq!(shared.settle(), Ok(()));
    shared.written(CommitNumber(1), false);
    assert_eq!(shared.settle(), Ok(()), "nothing is in the journal");
    for (number, result) in
        [(2, Ok(())), (3, Err(StoreError::Full("the disk is full".to_owned()))), (4, Ok(()))]
    {
        shared.written(CommitNumber(number), true);
        let settled = std::thread::scope(|scope| {
            let reader = scope.spawn(|| shared.settle());
            assert!(matches!(shared.next(false), Work::Fold));
            shared.folded(result.clone());
            reader.join().unwrap()
        });
        assert_eq!(settled, result);
    }
}

#[test]
fn the_writer_does_not_wait_for_itself() {
    let shared = Shared::new(CommitNumber(0));
    shared.is_mine();
    shared.written(CommitNumber(1), true);
    assert!(matches!(shared.settle(), Err(StoreError::Unavailable(_))));
}

#[test]
fn when_nothing_comes_the_journal_is_worked_in() {
    let shared = Shared::new(CommitNumber(0));
    assert!(matches!(shared.next(true), Work::Fold));
}
