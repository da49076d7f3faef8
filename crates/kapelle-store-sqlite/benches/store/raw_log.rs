//! The baseline: records appended to one file, everything that waits with one sync. Nothing can be found in it again.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

/// What hears of a record that is safe.
pub(crate) type Done = Box<dyn FnOnce() + Send>;

pub(crate) struct RawLog {
    sender: Option<Sender<(Vec<u8>, Done)>>,
    thread: Option<JoinHandle<()>>,
}

impl RawLog {
    pub(crate) fn create(path: &Path) -> Self {
        let file = File::create(path).expect("the folder is ours");
        let (sender, receiver) = channel();
        let thread = std::thread::spawn(move || write(file, &receiver));
        Self { sender: Some(sender), thread: Some(thread) }
    }

    pub(crate) fn append(&self, record: Vec<u8>, done: Done) {
        self.sender.as_ref().expect("it is open").send((record, done)).expect("the thread is alive");
    }
}

impl Drop for RawLog {
    fn drop(&mut self) {
        self.sender = None;
        self.thread.take().expect("it was started").join().expect("it does not panic");
    }
}

fn write(mut file: File, receiver: &Receiver<(Vec<u8>, Done)>) {
    let mut bytes = Vec::new();
    while let Ok(first) = receiver.recv() {
        let mut told = Vec::new();
        for (record, done) in std::iter::once(first).chain(receiver.try_iter().take(2_047)) {
            bytes.extend_from_slice(&(record.len() as u32).to_le_bytes());
            bytes.extend_from_slice(&record);
            told.push(done);
        }
        file.write_all(&bytes).expect("there is room");
        file.sync_data().expect("there is room");
        bytes.clear();
        for done in told {
            done();
        }
    }
}
