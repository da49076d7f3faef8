//! A server of SFTP, as a place of files.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{Read, Write};

use kapelle_plugin::{Broken, RunContext};

use super::client::{Answer, Client, Trouble, strange};
use super::packet::{Reader, answer, ask, open, status};
use crate::files::{Entry, Kind, Paths, Place, unable};
use crate::ssh::Session;

/// Bytes that are read or written by one request; every server takes as many.
const PART: u32 = 32 << 10;

/// Requests whose answers are waited for at once, so that far servers are no slower than near ones.
const REQUESTS_MAX: usize = 64;

/// Entries that a folder may have.
const ENTRIES_MAX: usize = 200_000;

/// Renames over a file that is there.
const POSIX_RENAME: &str = "posix-rename@openssh.com";

/// A server of SFTP, logged in to.
pub(crate) struct SftpPlace {
    client: Client,
    paths: Paths,
}

/// A part of a file that was asked for.
struct Asked {
    number: u32,
    offset: u64,
    length: u32,
}

impl SftpPlace {
    pub(super) async fn open(session: Session, begins_at_home: bool) -> Result<Self, Broken> {
        let mut place = Self { client: Client::open(session).await?, paths: Paths::Root };
        if begins_at_home {
            let home = place.real_path(".").await.map_err(|trouble| unable(".", "found", trouble.words()))?;
            place.paths = Paths::Home(home);
        }
        Ok(place)
    }

    async fn real_path(&mut self, path: &str) -> Result<String, Trouble> {
        let body = self.ask(ask::REALPATH, path).await?.expect(answer::NAME)?;
        let mut reader = Reader(&body);
        let name = reader.number().and_then(|_| reader.bytes()).ok_or_else(strange)?;
        Ok(String::from_utf8_lossy(name).into_owned())
    }

    /// Asks something of a path on the server.
    async fn ask(&mut self, kind: u8, path: &str) -> Result<Answer, Trouble> {
        let (packet, number) = self.client.begin(kind);
        self.client.ask((packet.bytes(path.as_bytes()), number)).await
    }

    async fn attributes(&mut self, kind: u8, path: &str) -> Result<Option<Entry>, Trouble> {
        let answer = self.ask(kind, path).await?;
        match answer.expect(answer::ATTRS) {
            Ok(body) => Reader(&body).entry().map(Some).ok_or_else(strange),
            Err(trouble) if trouble.is(status::NO_SUCH_FILE) => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }

    async fn open_file(&mut self, path: &str, how: u32) -> Result<Vec<u8>, Trouble> {
        let (packet, number) = self.client.begin(ask::OPEN);
        let packet = packet.bytes(path.as_bytes()).number(how).number(0);
        let body = self.client.ask((packet, number)).await?.expect(answer::HANDLE)?;
        Reader(&body).bytes().map(<[u8]>::to_vec).ok_or_else(strange)
    }

    async fn close(&mut self, handle: &[u8]) -> Result<(), Trouble> {
        let (packet, number) = self.client.begin(ask::CLOSE);
        self.client.ask((packet.bytes(handle), number)).await?.done()
    }

    async fn entries(&mut self, folder: &str) -> Result<Vec<Entry>, Trouble> {
        let body = self.ask(ask::OPENDIR, folder).await?.expect(answer::HANDLE)?;
        let handle = Reader(&body).bytes().map(<[u8]>::to_vec).ok_or_else(strange)?;
        let mut entries = Vec::new();
        loop {
            let (packet, number) = self.client.begin(ask::READDIR);
            let answer = self.client.ask((packet.bytes(&handle), number)).await?;
            match answer.expect(answer::NAME) {
                Ok(body) => entries.extend(names(&body).ok_or_else(strange)?),
                Err(trouble) if trouble.is(status::EOF) => break,
                Err(trouble) => return Err(trouble),
            }
            if entries.len() > ENTRIES_MAX {
                return Err(Trouble::Gone(format!("it has more than {ENTRIES_MAX} entries")));
            }
        }
        self.close(&handle).await?;
        for entry in entries.iter_mut().filter(|entry| entry.is_link) {
            let path = format!("{}/{}", folder.trim_end_matches('/'), entry.name);
            // One that leads nowhere, or to where we may not look, stays what it is.
            if let Ok(Some(target)) = self.attributes(ask::STAT, &path).await {
                *entry = Entry { name: std::mem::take(&mut entry.name), is_link: true, ..target };
            }
        }
        Ok(entries)
    }

    async fn ask_part(&mut self, handle: &[u8], offset: u64, length: u32) -> Result<Asked, Trouble> {
        let (packet, number) = self.client.begin(ask::READ);
        self.client.send(&packet.bytes(handle).large(offset).number(length).finish()).await?;
        Ok(Asked { number, offset, length })
    }

    /// Reads an open file: parts are asked for ahead, and written in their order.
    async fn read_parts(
        &mut self,
        cx: &RunContext,
        handle: &[u8],
        to: &mut (dyn Write + Send),
    ) -> Result<u64, ReadTrouble> {
        let mut asked: VecDeque<Asked> = VecDeque::new();
        let mut arrived: BTreeMap<u32, Answer> = BTreeMap::new();
        let (mut next, mut bytes) = (0, 0);
        // The first part is asked for alone: most files are small, and end there.
        let mut ahead = 1;
        loop {
            cx.go_on()?;
            while asked.len() < ahead {
                asked.push_back(self.ask_part(handle, next, PART).await?);
                next += u64::from(PART);
            }
            let Some(first) = asked.pop_front() else { return Ok(bytes) };
            let answer = loop {
                if let Some(answer) = arrived.remove(&first.number) {
                    break answer;
                }
                let (number, answer) = self.client.next().await?;
                arrived.insert(number, answer);
            };
            match answer.expect(answer::DATA) {
                Ok(body) => {
                    let data = Reader(&body).bytes().filter(|data| !data.is_empty()).ok_or_else(strange)?;
                    if data.len() > first.length as usize {
                        return Err(strange().into());
                    }
                    to.write_all(data)?;
                    bytes += data.len() as u64;
                    let missing = first.length - data.len() as u32;
                    if missing > 0 {
                        let rest = self.ask_part(handle, first.offset + data.len() as u64, missing).await?;
                        asked.push_front(rest);
                    }
                    ahead = (ahead * 2).min(REQUESTS_MAX);
                }
                // Those that were asked for beyond the end say the same; nobody waits for them.
                Err(trouble) if trouble.is(status::EOF) => return Ok(bytes),
                Err(trouble) => return Err(trouble.into()),
            }
        }
    }

    /// Writes an open file: parts are sent ahead of their answers.
    async fn write_parts(
        &mut self,
        cx: &RunContext,
        handle: &[u8],
        from: &mut (dyn Read + Send),
    ) -> Result<u64, ReadTrouble> {
        let mut part = vec![0; PART as usize];
        let mut offset = 0;
        let mut waiting = BTreeSet::new();
        loop {
            cx.go_on()?;
            let count = from.read(&mut part)?;
            if count > 0 {
                let (packet, number) = self.client.begin(ask::WRITE);
                self.client.send(&packet.bytes(handle).large(offset).bytes(&part[..count]).finish()).await?;
                offset += count as u64;
                waiting.insert(number);
            }
            let limit = if count == 0 { 0 } else { REQUESTS_MAX };
            while waiting.len() > limit {
                let (number, answer) = self.client.next().await?;
                if waiting.remove(&number) {
                    answer.done()?;
                }
            }
            if count == 0 {
                return Ok(offset);
            }
        }
    }
}

/// Why a file cannot be copied: it lies at the server, or here.
enum ReadTrouble {
    There(Trouble),
    Here(Broken),
}

impl From<Trouble> for ReadTrouble {
    fn from(trouble: Trouble) -> Self {
        Self::There(trouble)
    }
}

impl From<Broken> for ReadTrouble {
    fn from(broken: Broken) -> Self {
        Self::Here(broken)
    }
}

impl From<std::io::Error> for ReadTrouble {
    fn from(error: std::io::Error) -> Self {
        Self::Here(error.into())
    }
}

impl ReadTrouble {
    fn told(self, path: &str, what: &str) -> Broken {
        match self {
            Self::There(trouble) => unable(path, what, trouble.words()),
            Self::Here(broken) => broken,
        }
    }
}

impl Place for SftpPlace {
    async fn list(&mut self, folder: &str) -> Result<Vec<Entry>, Broken> {
        let path = self.paths.on_server(folder);
        self.entries(&path).await.map_err(|trouble| unable(folder, "listed", trouble.words()))
    }

    async fn look(&mut self, path: &str) -> Result<Option<Entry>, Broken> {
        let on_server = self.paths.on_server(path);
        let looked = async {
            if let Some(entry) = self.attributes(ask::STAT, &on_server).await? {
                return Ok(Some(entry));
            }
            // A link that leads nowhere is something too.
            self.attributes(ask::LSTAT, &on_server).await
        };
        looked.await.map_err(|trouble: Trouble| unable(path, "looked at", trouble.words()))
    }

    async fn read(
        &mut self,
        cx: &RunContext,
        path: &str,
        to: &mut (dyn Write + Send),
    ) -> Result<u64, Broken> {
        let told = |trouble: ReadTrouble| trouble.told(path, "read");
        let on_server = self.paths.on_server(path);
        let handle = self.open_file(&on_server, open::READ).await.map_err(|trouble| told(trouble.into()))?;
        let bytes = self.read_parts(cx, &handle, to).await.map_err(told)?;
        self.close(&handle).await.map_err(|trouble| told(trouble.into()))?;
        Ok(bytes)
    }

    async fn write(
        &mut self,
        cx: &RunContext,
        path: &str,
        from: &mut (dyn Read + Send),
    ) -> Result<u64, Broken> {
        let told = |trouble: ReadTrouble| trouble.told(path, "written");
        let on_server = self.paths.on_server(path);
        let handle = self.open_file(&on_server, open::WRITE).await.map_err(|trouble| told(trouble.into()))?;
        let written = self.write_parts(cx, &handle, from).await;
        // It is closed in any case: some servers let nobody take away what is open.
        let closed = self.close(&handle).await;
        let bytes = written.map_err(told)?;
        closed.map_err(|trouble| told(trouble.into()))?;
        Ok(bytes)
    }

    async fn rename(&mut self, from: &str, to: &str) -> Result<(), Broken> {
        let (old, new) = (self.paths.on_server(from), self.paths.on_server(to));
        let has_posix = self.client.can(POSIX_RENAME);
        let (packet, number) = self.client.begin(if has_posix { ask::EXTENDED } else { ask::RENAME });
        let packet = if has_posix { packet.bytes(POSIX_RENAME.as_bytes()) } else { packet };
        let packet = packet.bytes(old.as_bytes()).bytes(new.as_bytes());
        let moved = match self.client.ask((packet, number)).await {
            Ok(answer) => answer.done(),
            Err(trouble) => Err(trouble),
        };
        match moved {
            // Without the extension, a name has to be free.
            Err(Trouble::Status { .. })
                if !has_posix && self.look(to).await?.is_some_and(|there| there.kind == Kind::File) =>
            {
                self.remove(to).await?;
                let (packet, number) = self.client.begin(ask::RENAME);
                let packet = packet.bytes(old.as_bytes()).bytes(new.as_bytes());
                let answer = self.client.ask((packet, number)).await;
                answer
                    .and_then(|answer| answer.done())
                    .map_err(|trouble| unable(from, "moved", trouble.words()))
            }
            moved => moved.map_err(|trouble| unable(from, &format!("moved to `{to}`"), trouble.words())),
        }
    }

    async fn remove(&mut self, path: &str) -> Result<(), Broken> {
        let on_server = self.paths.on_server(path);
        let answer = self.ask(ask::REMOVE, &on_server).await;
        answer.and_then(|answer| answer.done()).map_err(|trouble| unable(path, "deleted", trouble.words()))
    }

    async fn remove_folder(&mut self, path: &str) -> Result<(), Broken> {
        let on_server = self.paths.on_server(path);
        let answer = self.ask(ask::RMDIR, &on_server).await;
        answer.and_then(|answer| answer.done()).map_err(|trouble| unable(path, "deleted", trouble.words()))
    }

    async fn make_folder(&mut self, path: &str) -> Result<(), Broken> {
        let on_server = self.paths.on_server(path);
        let (packet, number) = self.client.begin(ask::MKDIR);
        let answer = self.client.ask((packet.bytes(on_server.as_bytes()).number(0), number)).await;
        answer.and_then(|answer| answer.done()).map_err(|trouble| unable(path, "made", trouble.words()))
    }
}

/// Entries of a folder. Names that are no text cannot be told to a flow.
fn names(body: &[u8]) -> Option<Vec<Entry>> {
    let mut reader = Reader(body);
    let mut entries = Vec::new();
    for _ in 0..reader.number()? {
        let name = reader.bytes()?;
        let _long_form = reader.bytes()?;
        let entry = reader.entry()?;
        match std::str::from_utf8(name) {
            Ok("." | "..") | Err(_) => {}
            Ok(name) if name.contains(['/', '\r', '\n', '\0']) => {}
            Ok(name) => entries.push(Entry { name: name.to_owned(), ..entry }),
        }
    }
    Some(entries)
}
