//! A server of FTP, as a place of files.

use std::io::{Read, Write};
use std::time::Duration;

use jiff::Timestamp;
use kapelle_http::Line;
use kapelle_plugin::{Broken, RunContext};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::Wanted;
use super::control::{Control, Reply};
use super::data::Coming;
use super::listing::{facts, line, moment};
use crate::files::{Entry, Kind, Paths, Place, unable};

/// Bytes that are copied at once.
const PART: usize = 64 << 10;

/// Bytes that a list may have.
const LIST_MAX: usize = 64 << 20;

/// A server of FTP, logged in to.
pub(crate) struct FtpPlace {
    control: Control,
    wanted: Wanted,
    paths: Paths,
    now: Timestamp,
}

impl FtpPlace {
    pub(super) async fn open(cx: &RunContext, wanted: Wanted, begins_at_home: bool) -> Result<Self, Broken> {
        let mut control = Control::open(cx, &wanted).await?;
        let paths = if begins_at_home {
            let reply = control.order("PWD", "").await?;
            control.expect(&reply, 2, "does not say in which folder the login lands")?;
            Paths::Home(quoted(&reply.text).unwrap_or_else(|| "/".to_owned()))
        } else {
            Paths::Root
        };
        Ok(Self { control, wanted, paths, now: cx.services.now()? })
    }

    /// Gives an order about a path; what it is to be is for the failure.
    async fn order(&mut self, order: &str, path: &str, what: &str) -> Result<Reply, Broken> {
        let on_server = self.paths.on_server(path);
        let reply = self.control.order(order, &on_server).await?;
        if matches!(reply.code / 100, 2 | 3) { Ok(reply) } else { Err(unable(path, what, reply.words())) }
    }

    /// Gives an order that needs a connection for contents. The connection, after the server said that it begins.
    async fn begin(&mut self, order: &str, argument: &str, path: &str, what: &str) -> Result<Line, Broken> {
        let coming = Coming::agree(&mut self.control, &self.wanted).await?;
        let reply = self.control.order(order, argument).await?;
        if reply.code / 100 != 1 {
            return Err(unable(path, what, reply.words()));
        }
        let stands = coming.stand(&self.control, &self.wanted).await;
        if stands.is_err() {
            // The order is over too, and its last reply must not be taken for that of another.
            let _worse_is_known = self.control.reply().await?;
        }
        stands
    }

    /// How many bytes went through, if the server says so too. Its word on what went wrong is better than ours.
    async fn end_of(&mut self, copied: Result<u64, Broken>, path: &str, what: &str) -> Result<u64, Broken> {
        let ended = self.end(path, what).await;
        match copied {
            Err(broken) if broken.is_killed => Err(broken),
            Err(broken) => Err(ended.err().unwrap_or(broken)),
            Ok(bytes) => ended.map(|()| bytes),
        }
    }

    /// Whether the server says that contents went through.
    async fn end(&mut self, path: &str, what: &str) -> Result<(), Broken> {
        let reply = self.control.reply().await?;
        if reply.code / 100 == 2 { Ok(()) } else { Err(unable(path, what, reply.words())) }
    }

    async fn lines(&mut self, order: &str, argument: &str, folder: &str) -> Result<String, Broken> {
        let mut line = self.begin(order, argument, folder, "listed").await?;
        let mut bytes = Vec::new();
        let mut part = vec![0; PART];
        loop {
            let count = read(&mut line, &mut part, self.wanted.data_silence)
                .await
                .map_err(|reason| unable(folder, "listed", reason))?;
            if count == 0 {
                break;
            }
            bytes.extend_from_slice(&part[..count]);
            if bytes.len() > LIST_MAX {
                return Err(unable(folder, "listed", format!("its list has more than {LIST_MAX} bytes")));
            }
        }
        // Some servers say nothing more as long as it stands.
        drop(line);
        self.end(folder, "listed").await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// What is at a path, asked by its size and date; folders are told from nothing by entering them.
    async fn probe(&mut self, path: &str) -> Result<Option<Entry>, Broken> {
        let on_server = self.paths.on_server(path);
        let size = self.control.order("SIZE", &on_server).await?;
        if size.code == 213
            && let Ok(bytes) = size.text.trim().parse()
        {
            let date = self.control.order("MDTM", &on_server).await?;
            let modified = moment(&date.text).filter(|_| date.code == 213).unwrap_or_default();
            return Ok(Some(Entry::of(Kind::File, bytes, modified)));
        }
        let entered = self.control.order("CWD", &on_server).await?;
        Ok((entered.code / 100 == 2).then(|| Entry::of(Kind::Folder, 0, Timestamp::default())))
    }
}

impl Place for FtpPlace {
    async fn list(&mut self, folder: &str) -> Result<Vec<Entry>, Broken> {
        let has_facts = self.control.can("MLST");
        let mut entries: Vec<Entry> = if has_facts {
            let on_server = self.paths.on_server(folder);
            self.lines("MLSD", &on_server, folder).await?.lines().filter_map(facts).collect()
        } else {
            // Some servers take what begins with a dash for an option, and some see no blanks.
            self.order("CWD", folder, "listed").await?;
            let now = self.now;
            self.lines("LIST", "", folder).await?.lines().filter_map(|text| line(text, now)).collect()
        };
        entries.retain(|entry| {
            !matches!(entry.name.as_str(), "" | "." | "..")
                && !entry.name.contains(['/', '\0', char::REPLACEMENT_CHARACTER])
        });
        for entry in entries.iter_mut().filter(|entry| entry.is_link) {
            let path = format!("{}/{}", folder.trim_end_matches('/'), entry.name);
            if let Some(target) = self.probe(&path).await? {
                *entry = Entry { name: std::mem::take(&mut entry.name), is_link: true, ..target };
            }
        }
        Ok(entries)
    }

    async fn look(&mut self, path: &str) -> Result<Option<Entry>, Broken> {
        if !self.control.can("MLST") {
            return self.probe(path).await;
        }
        let on_server = self.paths.on_server(path);
        let reply = self.control.order("MLST", &on_server).await?;
        if reply.code != 250 {
            return Ok(None);
        }
        // A folder may tell of itself as the current one.
        let told = reply.text.replace("type=cdir", "type=dir").replace("Type=cdir", "type=dir");
        match told.lines().find_map(facts) {
            Some(entry) if entry.kind != Kind::Other => Ok(Some(entry)),
            _ => self.probe(path).await,
        }
    }

    async fn read(
        &mut self,
        cx: &RunContext,
        path: &str,
        to: &mut (dyn Write + Send),
    ) -> Result<u64, Broken> {
        let on_server = self.paths.on_server(path);
        let mut line = self.begin("RETR", &on_server, path, "read").await?;
        let copied = received(cx, &mut line, to, self.wanted.data_silence).await;
        drop(line);
        self.end_of(copied, path, "read").await
    }

    async fn write(
        &mut self,
        cx: &RunContext,
        path: &str,
        from: &mut (dyn Read + Send),
    ) -> Result<u64, Broken> {
        let on_server = self.paths.on_server(path);
        let mut line = self.begin("STOR", &on_server, path, "written").await?;
        let copied = sent(cx, &mut line, from, self.wanted.data_silence).await;
        drop(line);
        self.end_of(copied, path, "written").await
    }

    async fn rename(&mut self, from: &str, to: &str) -> Result<(), Broken> {
        for is_last in [false, true] {
            self.order("RNFR", from, "moved").await?;
            match self.order("RNTO", to, &format!("the new name of `{from}`")).await {
                Ok(_) => return Ok(()),
                // Some servers replace nothing by themselves.
                Err(broken)
                    if is_last || self.look(to).await?.is_none_or(|there| there.kind != Kind::File) =>
                {
                    return Err(broken);
                }
                Err(_) => self.remove(to).await?,
            }
        }
        Ok(())
    }

    async fn remove(&mut self, path: &str) -> Result<(), Broken> {
        self.order("DELE", path, "deleted").await.map(drop)
    }

    async fn remove_folder(&mut self, path: &str) -> Result<(), Broken> {
        // Nobody removes the folder that they stand in.
        let _as_it_is = self.control.order("CWD", "/").await?;
        self.order("RMD", path, "deleted").await.map(drop)
    }

    async fn make_folder(&mut self, path: &str) -> Result<(), Broken> {
        self.order("MKD", path, "made").await.map(drop)
    }
}

async fn received(
    cx: &RunContext,
    line: &mut Line,
    to: &mut (dyn Write + Send),
    silence: Duration,
) -> Result<u64, Broken> {
    let mut part = vec![0; PART];
    let mut bytes = 0;
    loop {
        cx.go_on()?;
        let count = read(line, &mut part, silence).await.map_err(Broken::new)?;
        if count == 0 {
            return Ok(bytes);
        }
        to.write_all(&part[..count])?;
        bytes += count as u64;
    }
}

async fn sent(
    cx: &RunContext,
    line: &mut Line,
    from: &mut (dyn Read + Send),
    silence: Duration,
) -> Result<u64, Broken> {
    let mut part = vec![0; PART];
    let mut bytes = 0;
    loop {
        cx.go_on()?;
        let count = from.read(&mut part)?;
        let sending =
            async { if count == 0 { line.shutdown().await } else { line.write_all(&part[..count]).await } };
        timeout(silence, sending).await.map_err(|_| Broken::new(silent(silence)))??;
        if count == 0 {
            // What the server says until it closes is how the next connection resumes the session.
            while read(line, &mut part, silence).await.is_ok_and(|count| count > 0) {}
            return Ok(bytes);
        }
        bytes += count as u64;
    }
}

/// Reads what is there; 0 at the end. A server that says nothing of the end of TLS says so by its reply.
async fn read(line: &mut Line, part: &mut [u8], silence: Duration) -> Result<usize, String> {
    match timeout(silence, line.read(part)).await {
        Ok(Ok(count)) => Ok(count),
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(0),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(silent(silence)),
    }
}

fn silent(silence: Duration) -> String {
    format!("nothing moved for {silence:?}")
}

/// The path in quotes of a reply to `PWD`; quotes in it are doubled.
fn quoted(text: &str) -> Option<String> {
    let rest = text.split_once('"')?.1;
    let end = rest.rfind('"')?;
    Some(rest[..end].replace("\"\"", "\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_in_paths_are_doubled() {
        assert_eq!(quoted(r#""/home/me" is the current directory"#).as_deref(), Some("/home/me"));
        assert_eq!(quoted(r#""/a""b" is current"#).as_deref(), Some("/a\"b"));
        assert_eq!(quoted("no path"), None);
    }
}
