//! A copy of a repository without a working tree: what is in it is listed and read as Git keeps it, and commits are made of
//! what is handed in. So links, filters, attributes and hooks of a repository mean nothing here.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use kapelle_plugin::{Broken, RunContext};

use crate::diff::SyncState;
use crate::program::{Input, text_of};
use crate::session::{Order, Session};

/// Where the commit is that was fetched.
const TIP: &str = "refs/kapelle/tip";

/// Where the commit is that was made.
const MADE: &str = "refs/kapelle/made";

/// Files of a directory that are looked at.
const FILES_MAX: usize = 100_000;

/// Bytes of texts that are read at once.
const READ_MAX: u64 = 16 << 20;

/// Branches that a message names.
const NAMED_MAX: usize = 20;

pub(crate) struct Repository<'s> {
    pub(crate) session: &'s Session,
    folder: PathBuf,
}

/// What a repository elsewhere says of its branches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Heads {
    /// The branch that is meant where none is named, with its commit.
    pub(crate) usual: Option<(String, String)>,
    /// The commit of the branch that was asked for.
    pub(crate) branch: Option<String>,
}

/// A file of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Blob {
    /// From the root of the repository.
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) size: u64,
    pub(crate) is_executable: bool,
}

/// What becomes of the files of a commit in the next one.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) writes: Vec<NewBlob>,
    pub(crate) deletes: Vec<String>,
}

impl Changes {
    /// Takes note of what becomes of a file.
    pub(crate) fn take(&mut self, path: String, state: SyncState, new: Option<NewBlob>) {
        self.writes.extend(new);
        if state == SyncState::Deleted {
            self.deletes.push(path);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.writes.is_empty() && self.deletes.is_empty()
    }
}

/// A file as it is to be.
#[derive(Debug)]
pub(crate) struct NewBlob {
    pub(crate) path: String,
    pub(crate) is_executable: bool,
    pub(crate) content: Content,
}

#[derive(Debug)]
pub(crate) enum Content {
    Bytes(Vec<u8>),
    /// A file of the private folder.
    File(PathBuf),
}

/// Who commits, and what is said of it.
#[derive(Clone, Debug)]
pub(crate) struct Signed {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) message: String,
}

impl<'s> Repository<'s> {
    pub(crate) async fn new(cx: &RunContext, session: &'s Session) -> Result<Self, Broken> {
        let folder = session.place.join("repository");
        let whole = text_of(&folder)?;
        let arguments = ["init", "--quiet", "--bare", "--template=", "--", &whole];
        session.work(cx, Order::new(session.place.path(), &arguments)).await?;
        Ok(Self { session, folder })
    }

    fn order<'o>(&'o self, arguments: &'o [&'o str]) -> Order<'o> {
        Order::new(self.folder.as_path(), arguments)
    }

    /// The commit of a branch, fetched; one that is not there is a failure that names those that are.
    pub(crate) async fn needed(&self, cx: &RunContext, branch: &str) -> Result<String, Broken> {
        let heads = self.heads(cx, Some(branch)).await?;
        match heads.branch {
            Some(_) => self.fetch(cx, branch).await,
            None => Err(self.no_branch(cx, branch).await?),
        }
    }

    /// Where branches stand.
    pub(crate) async fn heads(&self, cx: &RunContext, branch: Option<&str>) -> Result<Heads, Broken> {
        let address = self.session.remote.address();
        let mut arguments = vec!["ls-remote", "--quiet", "--symref", "--", &address, "HEAD"];
        arguments.extend(branch);
        let answer = self.session.ask(cx, self.order(&arguments)).await?;
        Ok(heads(&String::from_utf8_lossy(&answer), branch))
    }

    async fn no_branch(&self, cx: &RunContext, branch: &str) -> Result<Broken, Broken> {
        let address = self.session.remote.address();
        let arguments = ["ls-remote", "--quiet", "--heads", "--", &address];
        let answer = self.session.ask(cx, self.order(&arguments)).await?;
        let answer = String::from_utf8_lossy(&answer);
        let names = answer.lines().filter_map(|line| line.split_once("\trefs/heads/"));
        let mut names: Vec<&str> = names.map(|(_, name)| name).collect();
        let count = names.len();
        names.truncate(NAMED_MAX);
        let there = match count {
            0 => "it is empty".to_owned(),
            _ if count > names.len() => {
                format!("there are {} and {} more", names.join(", "), count - names.len())
            }
            _ => format!("there are {}", names.join(", ")),
        };
        let (name, place) = (branch.trim_start_matches("refs/heads/"), self.session.remote.shown());
        Ok(Broken::new(format!("there is no branch `{name}` in `{place}`: {there}")))
    }

    /// Fetches the last commit of a branch. Its id.
    pub(crate) async fn fetch(&self, cx: &RunContext, branch: &str) -> Result<String, Broken> {
        let (address, refspec) = (self.session.remote.address(), format!("+{branch}:{TIP}"));
        let arguments = ["fetch", "--quiet", "--no-tags", "--depth=1", "--", &address, &refspec];
        self.session.ask(cx, self.order(&arguments)).await?;
        self.id_of(cx, TIP).await
    }

    async fn id_of(&self, cx: &RunContext, name: &str) -> Result<String, Broken> {
        let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", name];
        let answer = self.session.work(cx, self.order(&arguments)).await?;
        Ok(String::from_utf8_lossy(&answer).trim().to_owned())
    }

    /// The files of a commit below a directory, by path. Links and submodules are none.
    pub(crate) async fn files(
        &self,
        cx: &RunContext,
        commit: &str,
        directory: &str,
    ) -> Result<Vec<Blob>, Broken> {
        let mut arguments = vec!["ls-tree", "-r", "-z", "-l", "--full-tree", commit];
        let folder = format!("{directory}/");
        if !directory.is_empty() {
            arguments.extend(["--", &folder]);
        }
        let order = Order { more: &[("GIT_LITERAL_PATHSPECS", "1")], ..self.order(&arguments) };
        let files = blobs(&self.session.work(cx, order).await?);
        if files.len() > FILES_MAX {
            return Err(Broken::new(format!(
                "the directory `{directory}` of the repository has {} files, and at most {FILES_MAX} are looked at",
                files.len()
            )));
        }
        Ok(files)
    }

    /// What is in files, as bytes, in their order.
    pub(crate) async fn read(&self, cx: &RunContext, files: &[&Blob]) -> Result<Vec<Vec<u8>>, Broken> {
        let mut contents = Vec::with_capacity(files.len());
        let mut rest = files;
        while !rest.is_empty() {
            let mut bytes = 0;
            let fits = |file: &&&Blob| {
                bytes += file.size;
                bytes <= READ_MAX
            };
            let (now, later) = rest.split_at(rest.iter().take_while(fits).count().max(1));
            rest = later;
            let names = now.iter().flat_map(|file| [&*file.id, "\n"]).collect::<String>();
            let arguments = ["cat-file", "--batch"];
            let order = Order { input: Input::Bytes(names.as_bytes()), ..self.order(&arguments) };
            let answer = self.session.work(cx, order).await?;
            let told = contents_of(&answer).filter(|contents| contents.len() == now.len());
            contents.extend(told.ok_or_else(|| Broken::new("`git` lost files of the repository"))?);
        }
        Ok(contents)
    }

    /// Writes what is in a file to a place of this machine.
    pub(crate) async fn write_out(&self, cx: &RunContext, file: &Blob, to: &Path) -> Result<(), Broken> {
        let arguments = ["cat-file", "blob", &file.id];
        self.session.work(cx, Order { output: Some(to), ..self.order(&arguments) }).await.map(drop)
    }

    /// Makes a commit on top of another, or the first one. Its id.
    pub(crate) async fn commit(
        &self,
        cx: &RunContext,
        parent: Option<&str>,
        changes: Changes,
        signed: &Signed,
    ) -> Result<String, Broken> {
        let input = self.session.place.join("commit");
        let (to, parent, signed) = (input.clone(), parent.map(str::to_owned), signed.clone());
        cx.blocking(move |cx| {
            let mut out = BufWriter::new(File::create(&to)?);
            write_commit(&mut out, parent.as_deref(), &changes, &signed, &|| cx.is_stopped())?;
            out.flush()?;
            cx.go_on()
        })
        .await?;
        let arguments = ["fast-import", "--quiet", "--force", "--date-format=now", "--done"];
        self.session.work(cx, Order { input: Input::File(&input), ..self.order(&arguments) }).await?;
        self.id_of(cx, MADE).await
    }

    /// What a commit changes, as `git` counts lines: for each file, `added TAB deleted TAB path NUL`.
    pub(crate) async fn counted(
        &self,
        cx: &RunContext,
        parent: Option<&str>,
        commit: &str,
    ) -> Result<Vec<u8>, Broken> {
        let mut arguments = vec!["diff-tree", "-r", "-z", "--numstat", "--no-renames", "--no-commit-id"];
        match parent {
            Some(parent) => arguments.extend([parent, commit]),
            None => arguments.extend(["--root", commit]),
        }
        self.session.work(cx, self.order(&arguments)).await
    }

    /// Makes a commit the last one of a branch. If somebody was faster, what `git` says of that.
    pub(crate) async fn push(
        &self,
        cx: &RunContext,
        branch: &str,
        (before, commit): (Option<&str>, &str),
    ) -> Result<Option<String>, Broken> {
        let (address, refspec) = (self.session.remote.address(), format!("{commit}:{branch}"));
        let arguments = ["push", "--quiet", "--porcelain", "--no-verify", "--", &address, &refspec];
        let ended = self.session.run(cx, self.order(&arguments)).await?;
        if ended.is_success {
            return Ok(None);
        }
        let words = format!("{}\n{}", String::from_utf8_lossy(&ended.output), ended.words);
        if is_outrun(&words) || self.heads(cx, Some(branch)).await?.branch.as_deref() != before {
            return Ok(Some(words));
        }
        Err(Broken::new(self.session.explained(&words)))
    }
}

/// Whether a branch moved while somebody pushed to it, or somebody else is about to move it.
fn is_outrun(words: &str) -> bool {
    ["(fetch first)", "(non-fast-forward)", "cannot lock ref"].iter().any(|sign| words.contains(sign))
}

/// Reads lines such as `ref: refs/heads/main TAB HEAD` and `ID TAB refs/heads/main`.
pub(crate) fn heads(answer: &str, branch: Option<&str>) -> Heads {
    let mut heads = Heads::default();
    let (mut usual, mut head) = (None, None);
    for (left, name) in answer.lines().filter_map(|line| line.split_once('\t')) {
        if let Some(target) = left.strip_prefix("ref: ") {
            usual = (name == "HEAD").then(|| target.to_owned()).or(usual);
        } else if name == "HEAD" {
            head = Some(left.to_owned());
        } else if Some(name) == branch {
            heads.branch = Some(left.to_owned());
        }
    }
    heads.usual = usual.zip(head);
    heads
}

/// Reads entries such as `100644 blob ID SIZE TAB PATH NUL`.
fn blobs(answer: &[u8]) -> Vec<Blob> {
    let entries = answer.split(|byte| *byte == 0).filter_map(|entry| std::str::from_utf8(entry).ok());
    entries
        .filter_map(|entry| {
            let (about, path) = entry.split_once('\t')?;
            let mut parts = about.split_ascii_whitespace();
            let (mode, _, id, size) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
            let is_executable = mode == "100755";
            let is_file = is_executable || mode == "100644" || mode == "100664";
            is_file.then_some(())?;
            Some(Blob { path: path.to_owned(), id: id.to_owned(), size: size.parse().ok()?, is_executable })
        })
        .collect()
}

/// Reads what `cat-file --batch` says: `ID blob SIZE LF`, so many bytes, `LF`.
fn contents_of(answer: &[u8]) -> Option<Vec<Vec<u8>>> {
    let (mut contents, mut rest) = (Vec::new(), answer);
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let head = std::str::from_utf8(&rest[..end]).ok()?;
        let size: usize = head.rsplit_once(' ')?.1.parse().ok()?;
        let body = rest.get(end + 1..end + 1 + size)?;
        contents.push(body.to_vec());
        rest = rest.get(end + 2 + size..)?;
    }
    Some(contents)
}

/// A commit in the words of `fast-import`.
fn write_commit(
    out: &mut impl Write,
    parent: Option<&str>,
    changes: &Changes,
    signed: &Signed,
    is_stopped: &dyn Fn() -> bool,
) -> Result<(), Broken> {
    let clean = |text: &str| text.replace(['<', '>', '\n', '\r', '\0'], " ").trim().to_owned();
    let (name, email) = (clean(&signed.name), clean(&signed.email));
    writeln!(out, "commit {MADE}\ncommitter {name} <{email}> now\ndata {}", signed.message.len())?;
    writeln!(out, "{}", signed.message)?;
    if let Some(parent) = parent {
        writeln!(out, "from {parent}")?;
    }
    for path in &changes.deletes {
        writeln!(out, "D {}", quoted(path))?;
    }
    for new in changes.writes.iter().take_while(|_| !is_stopped()) {
        let mode = if new.is_executable { "100755" } else { "100644" };
        writeln!(out, "M {mode} inline {}", quoted(&new.path))?;
        match &new.content {
            Content::Bytes(bytes) => {
                writeln!(out, "data {}", bytes.len())?;
                out.write_all(bytes)?;
            }
            Content::File(path) => {
                let mut file = File::open(path)?;
                writeln!(out, "data {}", file.metadata()?.len())?;
                io::copy(&mut file, out)?;
            }
        }
        writeln!(out)?;
    }
    writeln!(out, "done")?;
    Ok(())
}

/// A path as `fast-import` reads it.
fn quoted(path: &str) -> String {
    let escaped = path.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_those_that_were_asked_for() {
        let answer =
            "ref: refs/heads/main\tHEAD\na1\tHEAD\nb2\trefs/remotes/refs/heads/x\nc3\trefs/heads/x\n";
        let told = heads(answer, Some("refs/heads/x"));
        assert_eq!(told.usual, Some(("refs/heads/main".to_owned(), "a1".to_owned())));
        assert_eq!(told.branch.as_deref(), Some("c3"));
        assert_eq!(heads("", Some("refs/heads/x")), Heads::default());
    }

    #[test]
    fn links_and_submodules_are_no_files() {
        let answer = b"100644 blob a 3\tx/a.yml\x00120000 blob b 9\tlink\x00160000 commit c -\tsub\x00100755 blob d 1\trun\0";
        let files = blobs(answer);
        let paths: Vec<_> = files.iter().map(|file| (&*file.path, file.size, file.is_executable)).collect();
        assert_eq!(paths, [("x/a.yml", 3, false), ("run", 1, true)]);
    }

    #[test]
    fn contents_may_be_anything() {
        let answer = b"a blob 3\nx\ny\nb blob 0\n\n";
        assert_eq!(contents_of(answer).unwrap(), [b"x\ny".to_vec(), Vec::new()]);
        assert_eq!(contents_of(b"a missing\n"), None);
    }

    #[test]
    fn a_commit_cannot_be_broken_out_of() {
        let changes = Changes {
            writes: vec![NewBlob {
                path: "a\"\nD b".to_owned(),
                is_executable: false,
                content: Content::Bytes(b"done\n".to_vec()),
            }],
            deletes: vec!["old".to_owned()],
        };
        let signed =
            Signed { name: "A\n<x>".to_owned(), email: "a@b".to_owned(), message: "m\ndone".to_owned() };
        let mut out = Vec::new();
        write_commit(&mut out, Some("p1"), &changes, &signed, &|| false).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "commit refs/kapelle/made\ncommitter A  x <a@b> now\ndata 6\nm\ndone\nfrom p1\nD \"old\"\n\
             M 100644 inline \"a\\\"\\nD b\"\ndata 5\ndone\n\ndone\n"
        );
    }
}
