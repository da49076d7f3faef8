//! The program `git`: started in a group of its own, and ended with all that it started.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use kapelle_plugin::program::{Group, PATH};
use kapelle_plugin::{Broken, RunContext};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

/// Bytes of an answer that is kept in memory.
const ANSWER_MAX: u64 = 64 << 20;

/// Bytes of the words of the program that are kept: those that come last, where it says why it failed.
const WORDS_MAX: usize = 16 << 10;

/// What is run.
pub(crate) struct Call<'c> {
    pub(crate) directory: &'c Path,
    pub(crate) environment: &'c [(String, String)],
    pub(crate) arguments: &'c [&'c str],
    pub(crate) input: Input<'c>,
    /// Where its output goes; without it, it is kept in memory.
    pub(crate) output: Option<&'c Path>,
}

/// What the program reads.
#[derive(Clone, Copy)]
pub(crate) enum Input<'c> {
    Nothing,
    Bytes(&'c [u8]),
    File(&'c Path),
}

/// How it ended.
pub(crate) struct Ended {
    pub(crate) is_success: bool,
    pub(crate) output: Vec<u8>,
    /// What it said beside that.
    pub(crate) words: String,
}

/// Runs the program to its end, or until the attempt has to end.
pub(crate) async fn run(cx: &RunContext, call: &Call<'_>) -> Result<Ended, Broken> {
    cx.go_on()?;
    let mut child = spawn(call)?;
    let group = Group::of(&child);
    let ended = tokio::select! {
        ended = follow(&mut child, call) => Some(ended),
        () = cx.stopped() => None,
    };
    let Some(ended) = ended else {
        group.end(&mut child).await;
        return Err(Broken::killed());
    };
    group.ended();
    let (status, output, words) = ended?;
    Ok(Ended { is_success: status.success(), output, words: String::from_utf8_lossy(&words).into_owned() })
}

fn spawn(call: &Call<'_>) -> Result<Child, Broken> {
    let mut command = Command::new("git");
    command
        .args(call.arguments)
        .current_dir(call.directory)
        .env_clear()
        .env("PATH", PATH)
        .envs(call.environment.iter().map(|(name, value)| (name, value)))
        .process_group(0)
        .kill_on_drop(true)
        .stderr(Stdio::piped());
    command.stdin(match call.input {
        Input::Nothing => Stdio::null(),
        Input::Bytes(_) => Stdio::piped(),
        Input::File(path) => File::open(path)?.into(),
    });
    command.stdout(match call.output {
        Some(path) => File::create(path)?.into(),
        None => Stdio::piped(),
    });
    command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound if call.directory.is_dir() => Broken::new(format!(
            "there is no program `git` on this machine, not in any folder of the PATH {PATH}: install Git (package \
             `git`), or run the task where it is"
        )),
        _ => Broken::new(format!("`git` cannot be started: {error}")),
    })
}

async fn follow(child: &mut Child, call: &Call<'_>) -> Result<(ExitStatus, Vec<u8>, Vec<u8>), Broken> {
    let (input, output, words) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let write = async {
        if let (Some(mut pipe), Input::Bytes(bytes)) = (input, call.input) {
            // One that ends without reading everything says why in its words.
            let _unread = pipe.write_all(bytes).await;
        }
        Ok::<_, Broken>(())
    };
    let read = async {
        let Some(pipe) = output else { return Ok(Vec::new()) };
        let mut answer = Vec::new();
        let count = pipe.take(ANSWER_MAX + 1).read_to_end(&mut answer).await?;
        if count as u64 > ANSWER_MAX {
            return Err(Broken::new(format!("`git` answers more than {} MiB", ANSWER_MAX >> 20)));
        }
        Ok(answer)
    };
    let hear = async {
        match words {
            Some(pipe) => last_words(pipe).await,
            None => Ok(Vec::new()),
        }
    };
    let wait = async { Ok(child.wait().await?) };
    let ((), answer, words, status) = tokio::try_join!(write, read, hear, wait)?;
    Ok((status, answer, words))
}

/// The last of what is said.
async fn last_words(mut pipe: impl AsyncRead + Unpin) -> Result<Vec<u8>, Broken> {
    let (mut words, mut part) = (Vec::new(), vec![0; 4096]);
    loop {
        let count = pipe.read(&mut part).await?;
        if count == 0 {
            return Ok(words);
        }
        words.extend_from_slice(&part[..count]);
        let surplus = words.len().saturating_sub(WORDS_MAX);
        words.drain(..surplus);
    }
}

/// Puts the whole name of a file together, for those who ask for it as text.
pub(crate) fn text_of(path: &Path) -> Result<String, Broken> {
    let told = |path: PathBuf| Broken::new(format!("the path `{}` is no text", path.display()));
    path.to_path_buf().into_os_string().into_string().map_err(|path| told(path.into()))
}
