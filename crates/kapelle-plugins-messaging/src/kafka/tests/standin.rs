use std::time::Duration;

use kapelle_model::{Map, Value};
use kapelle_plugin::Polled;
use kapelle_plugin::stage::Stage;

use crate::kafka::client::Client;
use crate::kafka::consume::Consume;
use crate::kafka::produce::Produce;
use crate::kafka::reader::{Reading, Wanted};
use crate::kafka::realtime_trigger::RealtimeTrigger;
use crate::kafka::settings::Settings;
use crate::kafka::testing::{BATCH_BYTES_MAX, Cluster, TOPIC};
use crate::kafka::trigger::Trigger;

#[tokio::test]
async fn a_group_begins_once_also_where_nothing_came() {
    let (stage, cluster) = (Stage::new(), Cluster::new(2));
    cluster.put(0, "before");
    let consume = cluster.with("", "groupId: g\npollDuration: PT0.05S");
    let count = async || stage.run::<Consume>(&consume).await.unwrap()["messagesCount"].clone();
    assert_eq!(count().await, Value::Int(0));
    assert_eq!(cluster.state().committed, [(0, 1), (1, 0)].into());
    // What comes between two runs is read, in each partition.
    cluster.put(0, "between");
    assert_eq!(count().await, Value::Int(1));
    cluster.put(1, "between");
    assert_eq!(count().await, Value::Int(1));
    assert_eq!(cluster.state().committed, [(0, 2), (1, 1)].into());
}

#[tokio::test]
async fn looks_miss_nothing_that_comes_between_them() {
    let (stage, cluster) = (Stage::new(), Cluster::new(1));
    let look = cluster.with("", "groupId: g\npollDuration: PT0.05S");
    let Polled { event, cursor } = stage.poll::<Trigger>(&look, None).await.unwrap();
    assert_eq!((event, cursor), (None, None));
    cluster.put(0, "between");
    let Polled { event, cursor } = stage.poll::<Trigger>(&look, None).await.unwrap();
    assert_eq!(event.unwrap()["messagesCount"], Value::Int(1));
    // The topic is made anew: the old numbers count no more, here and in the group.
    {
        let mut state = cluster.state();
        state.records.clear();
        state.committed = [(0, 9)].into();
    }
    let Polled { event, cursor } = stage.poll::<Trigger>(&look, cursor).await.unwrap();
    assert_eq!((event, cursor), (None, None));
    assert_eq!(cluster.state().committed, [(0, 0)].into());
}

#[tokio::test]
async fn a_listener_goes_on_in_partitions_that_were_empty() {
    let (stage, cluster) = (Stage::new(), Cluster::new(2));
    let listen = cluster.with(", auto.offset.reset: latest", "groupId: g");
    cluster.state().first = 5;
    let listener = stage.listen::<RealtimeTrigger>(&listen).unwrap();
    // Until it has begun in both, and fetches.
    while cluster.state().isolation.len() < 3 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    listener.end().await.unwrap();
    assert_eq!(cluster.state().committed, [(0, 5), (1, 5)].into());
    cluster.put(1, "meanwhile");
    let mut listener = stage.listen::<RealtimeTrigger>(&listen).unwrap();
    assert_eq!(listener.next().await.unwrap().variables["value"], "meanwhile".into());
    listener.end().await.unwrap();
}

#[tokio::test]
async fn only_what_counts_is_asked_for() {
    let (stage, cluster) = (Stage::new(), Cluster::new(1));
    stage.run::<Consume>(&cluster.with("", "pollDuration: PT0.05S")).await.unwrap();
    assert!(cluster.state().isolation.iter().all(|isolation| *isolation == 1));
    let uncommitted = cluster.with(", isolation.level: read_uncommitted", "pollDuration: PT0.05S");
    stage.run::<Consume>(&uncommitted).await.unwrap();
    assert_eq!(cluster.state().isolation.last(), Some(&0));
}

#[tokio::test]
async fn many_records_go_in_batches_that_brokers_take() {
    let (stage, cluster) = (Stage::new(), Cluster::new(1));
    let rows = format!("{{value:\"{}\"}}\n", "x".repeat(3000)).repeat(500);
    let uri = stage.put_file("rows.ion", rows.as_bytes());
    let produce = cluster.with("", &format!("from: '{uri}'"));
    assert_eq!(stage.run::<Produce>(&produce).await.unwrap()["messagesCount"], Value::Int(500));
    let usual = std::mem::take(&mut cluster.state().batches);
    // A topic may allow less, though not less than one record.
    cluster.state().batch_bytes_max = 5000;
    assert_eq!(stage.run::<Produce>(&produce).await.unwrap()["messagesCount"], Value::Int(500));
    let small = std::mem::take(&mut cluster.state().batches);
    for (batches, bytes_max) in [(usual, BATCH_BYTES_MAX), (small, 5000)] {
        let mut expected = 0;
        for (sequence, count, bytes) in batches {
            assert_eq!((sequence, bytes <= bytes_max), (expected, true));
            expected += count;
        }
        assert_eq!(expected, 500);
    }
    cluster.state().batch_bytes_max = 2000;
    let told = stage.run::<Produce>(&produce).await.unwrap_err().failure.to_string();
    assert!(told.contains("did not take 1 records: a record is larger"), "{told}");
}

#[tokio::test]
async fn another_group_begins_where_it_has_to() {
    let (stage, cluster) = (Stage::new(), Cluster::new(1));
    cluster.put(0, "once");
    let look = |group: &str| {
        cluster.with(", auto.offset.reset: earliest", &format!("groupId: {group}\npollDuration: PT0.05S"))
    };
    let Polled { event, cursor } = stage.poll::<Trigger>(&look("a"), None).await.unwrap();
    assert!(event.is_some());
    let Polled { event, .. } = stage.poll::<Trigger>(&look("a"), cursor.clone()).await.unwrap();
    assert_eq!(event, None);
    cluster.state().committed.clear();
    // Nor is what the one has read written down for the other.
    stage.settle::<Trigger>(&look("b"), cursor.clone()).await.unwrap();
    assert!(cluster.state().committed.is_empty());
    let Polled { event, .. } = stage.poll::<Trigger>(&look("b"), cursor).await.unwrap();
    assert_eq!(event.unwrap()["messagesCount"], Value::Int(1));
}

#[tokio::test]
async fn a_topic_that_was_made_anew_has_other_records_with_the_same_numbers() {
    let (stage, cluster) = (Stage::new(), Cluster::new(1));
    let listen = cluster.with(", auto.offset.reset: earliest", "groupId: g");
    for (moment, value) in [(1, "old"), (2, "new")] {
        cluster.state().committed.clear();
        cluster.state().records.clear();
        cluster.put(0, value);
        cluster.state().records.get_mut(&0).unwrap()[0].timestamp = moment;
        let mut listener = stage.listen::<RealtimeTrigger>(&listen).unwrap();
        assert_eq!(listener.next().await.unwrap().variables["value"], value.into());
        listener.end().await.unwrap();
    }
}

#[tokio::test]
async fn partitions_that_are_added_are_read_from_their_beginning() {
    let (stage, cluster) = (Stage::new(), Cluster::new(1));
    let cx = stage.context();
    for group in [None, Some("g".to_owned())] {
        cluster.state().partitions = 1;
        let properties = Map::from_iter([("bootstrap.servers".into(), cluster.address.as_str().into())]);
        let mut settings = Settings::read(&cx, properties).unwrap();
        settings.group = group;
        let client = Client::open(&cx, settings).await.unwrap();
        let wanted = Wanted::Topics(vec![TOPIC.to_owned()]);
        let mut reading = Reading::begin(client, wanted, None, [].into()).await.unwrap();
        cluster.state().partitions = 2;
        cluster.put(1, "there");
        assert!(reading.next(Duration::ZERO).await.unwrap().is_empty());
        reading.ask_at = tokio::time::Instant::now();
        let parts = reading.next(Duration::ZERO).await.unwrap();
        assert_eq!((parts.len(), &parts[0].0), (1, &(TOPIC.to_owned(), 1)));
        reading.end(Some(Ok(()))).await.unwrap();
        cluster.state().records.clear();
    }
}

#[tokio::test]
async fn who_is_stopped_or_fails_leaves_the_group() {
    let (stage, cluster) = (Stage::new(), Cluster::new(1));
    let listen = cluster.with(", auto.offset.reset: earliest", "groupId: g\nvalueDeserializer: JSON");
    let listener = stage.listen::<RealtimeTrigger>(&listen).unwrap();
    while cluster.state().isolation.len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    listener.end().await.unwrap();
    assert_eq!(cluster.state().left, 1);
    cluster.put(0, "{");
    stage.run::<Consume>(&listen).await.unwrap_err();
    assert_eq!(cluster.state().left, 2);
    stage.poll::<Trigger>(&listen, None).await.unwrap_err();
    assert_eq!(cluster.state().left, 3);
}

#[tokio::test]
async fn named_partitions_are_read_from_their_beginning() {
    let (stage, cluster) = (Stage::new(), Cluster::new(2));
    cluster.put(1, "x");
    let consume = cluster.with("", "groupId: g\npartitions: [1]\npollDuration: PT0.05S");
    assert_eq!(stage.run::<Consume>(&consume).await.unwrap()["messagesCount"], Value::Int(1));
    assert_eq!(stage.run::<Consume>(&consume).await.unwrap()["messagesCount"], Value::Int(0));
}

#[tokio::test]
async fn marks_of_transactions_do_not_count_as_unread() {
    let (stage, cluster) = (Stage::new(), Cluster::new(1));
    cluster.put(0, "x");
    cluster.state().has_marks = true;
    let consume = cluster.with(", auto.offset.reset: earliest", "groupId: g\npollDuration: PT0.05S");
    assert_eq!(stage.run::<Consume>(&consume).await.unwrap()["messagesCount"], Value::Int(1));
    assert_eq!(cluster.state().committed, [(0, 2)].into());
}

#[tokio::test]
async fn a_backlog_is_written_down_in_parts() {
    let (stage, cluster) = (Stage::new(), Cluster::new(1));
    for number in 0..250 {
        cluster.put(0, &number.to_string());
    }
    let listen = cluster.with(", auto.offset.reset: earliest", "groupId: g");
    let mut listener = stage.listen::<RealtimeTrigger>(&listen).unwrap();
    for number in 0..250 {
        assert_eq!(listener.next().await.unwrap().variables["offset"], Value::Int(number));
    }
    while cluster.state().committed[&0] < 250 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    listener.end().await.unwrap();
    assert_eq!(cluster.state().commits, [(0, 0), (0, 100), (0, 200), (0, 250)]);
}

#[tokio::test]
async fn a_transaction_is_given_up_when_the_task_has_to_end() {
    let (stage, cluster) = (Stage::new(), Cluster::new(1));
    let rows = "{value:x}\n".repeat(100_000);
    let uri = stage.put_file("rows.ion", rows.as_bytes());
    let produce = cluster.with("", &format!("from: '{uri}'"));
    let (ended, ()) = tokio::join!(stage.run::<Produce>(&produce), async {
        while cluster.state().batches.is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        stage.stop();
    });
    assert!(ended.unwrap_err().is_killed);
    assert_eq!(cluster.state().ends, [0]);
}
