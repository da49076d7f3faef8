//! Against a real server of HTTP and SSH, see `services/git.sh`.

use kapelle_model::Text;
use kapelle_plugin::stage::service;

use super::*;
use crate::clone::Clone;
use crate::push_flows::PushFlows;
use crate::sync_flows::SyncFlows;

struct Served {
    bench: Bench,
    http: String,
    ssh: String,
    key: String,
    name: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        // A test that ends must not fail for want of tidiness.
        let _left_behind = fs::remove_dir_all(self.bench.root.join(&self.name));
    }
}

/// A repository on the server, of which nobody else knows.
fn served(test: &str) -> Option<Served> {
    let told = service("git")?;
    let [http, folder, ssh, key] = <[&str; 4]>::try_from(told.lines().collect::<Vec<_>>()).unwrap();
    let name = format!("{test}-{}.git", std::process::id());
    let bench = Bench { stage: Stage::new(), root: folder.into() };
    git(&bench.root, &["init", "--quiet", "--bare", &name]);
    git(&bench.root.join(&name), &["config", "http.receivepack", "true"]);
    fs::create_dir_all(bench.stage.directory()).unwrap();
    let key = fs::read_to_string(key).unwrap();
    Some(Served { bench, http: http.to_owned(), ssh: ssh.to_owned(), key, name })
}

fn secret(text: &str) -> Value {
    Value::Str(Text::from(text).into_secret())
}

#[tokio::test]
async fn over_http_one_logs_in_and_no_secret_is_left_behind() {
    let Some(mut served) = served("http") else { return };
    let stage = std::mem::take(&mut served.bench.stage).variable("token", secret("Kapelle1"));
    served.bench.stage = stage.variable("wrong", secret("Canary99"));
    fs::create_dir_all(served.bench.stage.directory()).unwrap();
    let (bench, url) = (&served.bench, format!("{}/{}", served.http, served.name));
    bench.stage.memory().put_flow(&flow("dev", "one", "1"));
    let login = "username: kapelle\npassword: '{{ token }}'";
    let given = bench.run::<PushFlows>(&format!("url: {url}\n{login}\nsourceNamespace: dev")).await;
    let commit = text(&given, "commitId");
    assert_eq!(text(&given, "commitURL"), format!("{}/commit/{commit}", url.trim_end_matches(".git")));
    bench.run::<SyncFlows>(&format!("url: {url}\n{login}\ntargetNamespace: test")).await;
    assert_eq!(bench.stage.memory().flow("test", "one"), Some(flow("test", "one", "1")));
    bench.run::<Clone>(&format!("url: {url}\n{login}")).await;
    assert_eq!(bench.file("_flows/one.yaml"), Some(flow("dev", "one", "1")));
    let inside = url.replace("://", "://kapelle:Kapelle1@");
    bench.run::<Clone>(&format!("url: {inside}\ndirectory: inside")).await;

    for (login, expected) in [
        ("username: kapelle\npassword: '{{ wrong }}'", "check `username` and `password`"),
        ("password: '{{ wrong }}'", "check `username` and `password`"),
        ("", "give `username` and `password`"),
    ] {
        let told = bench.fails::<Clone>(&format!("url: {url}\ndirectory: other\n{login}")).await;
        assert!(told.contains(expected) && !told.contains("Canary99"), "{told}");
    }
    let told =
        bench.fails::<Clone>(&format!("url: {}/none.git\ndirectory: other\n{login}", served.http)).await;
    assert!(told.contains("there is no repository at"), "{told}");
    for hidden in ["Kapelle1", "Canary99"] {
        assert!(!is_below(&bench.stage.directory(), hidden), "{hidden} is in a file");
        assert!(!bench.stage.lines().join("\n").contains(hidden), "{hidden} is in the log");
    }
}

#[tokio::test]
async fn redirects_are_followed_but_to_no_other_host() {
    let Some(served) = served("redirect") else { return };
    let clone = |way: &str| {
        format!("url: {}/{way}/{}\nusername: kapelle\npassword: Kapelle1", served.http, served.name)
    };
    served.bench.run::<Clone>(&clone("moved")).await;
    let told = served.bench.fails::<Clone>(&clone("away")).await;
    assert!(told.contains("to another address"), "{told}");
}

#[tokio::test]
async fn over_ssh_one_logs_in_with_a_key_that_leaves_with_the_task() {
    let Some(mut served) = served("ssh") else { return };
    let stage = std::mem::take(&mut served.bench.stage).variable("key", secret(&served.key));
    served.bench.stage = stage.variable("phrase", secret("Kapelle1"));
    fs::create_dir_all(served.bench.stage.directory()).unwrap();
    let (bench, url) = (&served.bench, format!("{}/{}", served.ssh, served.name));
    bench.stage.memory().put_flow(&flow("dev", "one", "1"));
    let login = "privateKey: '{{ key }}'\npassphrase: '{{ phrase }}'";
    bench.run::<PushFlows>(&format!("url: {url}\n{login}\nsourceNamespace: dev")).await;
    bench.run::<Clone>(&format!("url: {url}\n{login}")).await;
    assert_eq!(bench.file("_flows/one.yaml"), Some(flow("dev", "one", "1")));
    let lines = bench.stage.lines().join("\n");
    assert!(lines.contains("its host key was taken as it came"), "{lines}");

    for (login, expected) in [
        ("privateKey: '{{ key }}'\npassphrase: wrong", "check `privateKey`, `passphrase`"),
        ("", "check `privateKey`"),
        ("privateKey: nonsense", "holds no private key"),
    ] {
        let told = bench.fails::<Clone>(&format!("url: {url}\ndirectory: other\n{login}")).await;
        assert!(told.contains(expected), "{told}");
    }
    let part = served.key.lines().nth(2).unwrap();
    for hidden in [part, "Kapelle1"] {
        assert!(!is_below(&bench.stage.directory(), hidden) && !lines.contains(hidden));
    }
}
