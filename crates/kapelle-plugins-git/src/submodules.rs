//! Repositories within a repository: each is gone to only if a task may go there.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use kapelle_model::Text;
use kapelle_plugin::files::relative;
use kapelle_plugin::{Broken, RunContext};

use crate::explain::explain;
use crate::remote::Remote;
use crate::session::{Order, Session};

/// How many there may be, however they contain each other.
const COUNT_MAX: usize = 200;

/// How deep they may be in each other.
const DEPTH_MAX: usize = 8;

/// Brings all of them.
pub(crate) async fn bring(cx: &RunContext, session: &Session, target: &Path) -> Result<(), Broken> {
    let mut folders = VecDeque::from([(target.to_path_buf(), 0)]);
    let mut count = 0;
    while let Some((folder, depth)) = folders.pop_front() {
        for module in within(cx, session, &folder).await? {
            count += 1;
            if count > COUNT_MAX || depth >= DEPTH_MAX {
                return Err(Broken::new(format!(
                    "the repository has more than {COUNT_MAX} submodules, or they are more than {DEPTH_MAX} deep in each other"
                )));
            }
            folders.push_back((one(cx, session, &folder, &module).await?, depth + 1));
        }
    }
    Ok(())
}

/// A submodule as its repository names it.
struct Module {
    name: String,
    path: String,
}

async fn within(cx: &RunContext, session: &Session, folder: &Path) -> Result<Vec<Module>, Broken> {
    if !std::fs::symlink_metadata(folder.join(".gitmodules")).is_ok_and(|data| data.is_file()) {
        return Ok(Vec::new());
    }
    session.work(cx, Order::new(folder, &["submodule", "--quiet", "init"])).await?;
    let arguments = ["config", "-z", "--file", ".gitmodules", "--get-regexp", "^submodule\\..*\\.path$"];
    let answer = session.work(cx, Order::new(folder, &arguments)).await?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let entries = answer.split('\0').filter_map(|entry| entry.split_once('\n'));
    entries
        .map(|(key, path)| {
            let name = key.trim_start_matches("submodule.").trim_end_matches(".path").to_owned();
            Ok(Module { name, path: relative(path)? })
        })
        .collect()
}

/// Brings one, from the address that its repository gives, seen from where that came from.
async fn one(cx: &RunContext, session: &Session, folder: &Path, module: &Module) -> Result<PathBuf, Broken> {
    let key = format!("submodule.{}.url", module.name);
    let answer = session.work(cx, Order::new(folder, &["config", "--get", "--", &key])).await?;
    let remote = Remote::read(&Text::from(String::from_utf8_lossy(&answer).trim()))?;
    let way = session.way(cx, &remote).await?;
    let arguments = ["submodule", "--quiet", "update", "--checkout", "--", &module.path];
    let ended = session.run(cx, Order { way: Some(&way), ..Order::new(folder, &arguments) }).await?;
    if !ended.is_success {
        let told = explain(&ended.words, &remote, crate::explain::Asked::default());
        return Err(Broken::new(format!("the submodule `{}` cannot be brought: {told}", module.path)));
    }
    Ok(folder.join(&module.path))
}
