//! The way of files into a pod and back: as archives, through programs in its containers.

use std::io;

use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, RunContext};

use super::manifest::{BACK, DIRECTORY, INTO};
use super::state::Pod;
use super::{Begun, Files, Order, chance};
use crate::docker::{Own, Owner, Sent, pack, source, unpack, writer};
use crate::kubernetes::api::Inside;
use crate::kubernetes::trouble::Trouble;

/// Takes an archive that comes in pieces, each announced by its size, and says that it is whole. One that broke off is not.
const TAKE: &str = "umask 0; while read -r n; do \
     if [ \"$n\" = 0 ]; then : >/kapelle/whole; break; fi; dd bs=\"$n\" count=1 iflag=fullblock 2>/dev/null || break; \
     done | tar -xpf - -C /kapelle && [ -e /kapelle/whole ] && : >/kapelle/ready";

/// Gives the directory. What was fetched for the commands did not change, and stays there.
const GIVE: &str =
    "cd /kapelle || exit 1; [ -z \"$1\" ] || rm -rf \"directory/$1/files\"; exec tar -cf - directory";

/// Gives those of the files that are in `/tmp`.
const GIVE_TEMPORARY: &str = "cd /kapelle || exit 1; for name do shift; if [ -f \"tmp/$name\" ]; then set -- \"$@\" \"tmp/$name\"; fi; \
     done; [ $# -eq 0 ] || exec tar -cf - \"$@\"";

impl Order {
    /// Brings the files into the pod whose first container waits for them.
    pub(super) async fn send(&self, cx: &RunContext, path: &str) -> Result<Sent, Broken> {
        let Some(files) = self.files.clone() else { return Ok(Sent::new()) };
        let inside = Inside { pod: path, container: INTO, chance: chance(cx)? };
        let (mut sink, pieces) = writer();
        let packed = cx.blocking(move |cx| {
            let packed = pack(cx, &files.root, DIRECTORY, &files.own, Owner::default(), &mut sink);
            if let Err(broken) = &packed {
                sink.fail(&io::Error::other(broken.failure.to_string()));
            }
            packed
        });
        let taken = self.api.feed(inside, &["sh", "-c", TAKE], pieces);
        match tokio::join!(packed, taken) {
            // If the other side ended, that is why nothing could be packed any more.
            (Err(broken), _) if broken.is_killed => Err(broken),
            (Ok(sent), Ok(())) => Ok(sent),
            (Err(broken), Ok(())) => Err(broken),
            (_, Err(trouble)) => {
                Err(Broken::new(format!("the files do not come into the pod: {}", trouble.words())))
            }
        }
    }

    /// Takes the files back.
    pub(super) async fn fetch(&self, cx: &RunContext, begun: &Begun, pod: &Pod) -> Result<(), Broken> {
        let Some(files) = &self.files else { return Ok(()) };
        if !pod.gives_files() {
            cx.log(Level::Warn, "the pod ended before its files could be taken: what it wrote is lost");
            return Ok(());
        }
        let path = self.path(&begun.name);
        let command = ["sh", "-c", GIVE, "sh", &*files.own.folder];
        let sent = begun.sent.clone().unwrap_or_default();
        self.take(cx, &path, &command, files.clone(), sent).await?;
        let (Some(temporary), names) = (&files.temporary, cx.host.implied_files()) else { return Ok(()) };
        if names.is_empty() {
            return Ok(());
        }
        let command: Vec<&str> =
            ["sh", "-c", GIVE_TEMPORARY, "sh"].into_iter().chain(names.iter().map(String::as_str)).collect();
        let files = Files { root: temporary.clone(), own: Own::default(), temporary: None };
        self.take(cx, &path, &command, files, Sent::new()).await
    }

    async fn take(
        &self,
        cx: &RunContext,
        path: &str,
        command: &[&str],
        files: Files,
        sent: Sent,
    ) -> Result<(), Broken> {
        let inside = Inside { pod: path, container: BACK, chance: chance(cx)? };
        let (to, source) = source();
        let unpacked = cx.blocking(move |cx| unpack(cx, &files.root, &files.own, &sent, source));
        let drained = async {
            let drained = self.api.drain(inside, command, &to).await;
            if let Err(trouble) = &drained {
                let _nobody_reads = to.send(Err(io::Error::other(trouble.words()))).await;
            }
            drop(to);
            drained
        };
        match tokio::join!(unpacked, drained) {
            (Err(broken), _) if broken.is_killed => Err(broken),
            (_, Err(trouble)) => {
                Err(Broken::new(format!("the files of the pod cannot be taken: {}", trouble.words())))
            }
            (unpacked, Ok(())) => unpacked,
        }
    }

    /// Lets the container go that stayed for the files, in a pod that is to stay.
    pub(super) async fn release(&self, cx: &RunContext, begun: &Begun, pod: &Pod) {
        if !pod.gives_files() {
            return;
        }
        let Ok(chance) = chance(cx) else { return };
        let path = self.path(&begun.name);
        let inside = Inside { pod: &path, container: BACK, chance };
        let (to, _source) = source();
        let told: Result<(), Trouble> = self.api.drain(inside, &["sh", "-c", ": >/kapelle/ended"], &to).await;
        if let Err(trouble) = told {
            cx.log(Level::Warn, format!("the pod {} still runs: {}", begun.name, trouble.words()));
        }
    }
}
