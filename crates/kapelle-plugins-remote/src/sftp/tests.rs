use kapelle_plugin::stage::Stage;

use super::Sftp;
use crate::files::list::List;
use crate::files::tests::behave;
use crate::files::upload::Upload;
use crate::testing::{Folder, Server};

#[tokio::test]
async fn files_are_looked_after_with_a_password() {
    let Some(server) = Server::find("sshd") else { return };
    behave::<Sftp>(&server, &Server::login(server.port)).await;
}

#[tokio::test]
async fn a_key_logs_in_too() {
    let Some(server) = Server::find("sshd") else { return };
    let key = std::fs::read_to_string(&server.more["key"]).unwrap().replace('\n', "\n  ");
    let login = format!("host: 127.0.0.1\nport: {}\nusername: kapelle\nkeyfile: |\n  {key}\n", server.port);
    let folder = Folder::new(&server, &login);
    folder.put("a", "1", 10);
    assert!(folder.run::<List<Sftp>>("from: '@'").await.contains("\"name\":\"a\""));
}

#[tokio::test]
async fn paths_begin_at_home_or_at_the_root() {
    let Some(server) = Server::find("sshd") else { return };
    let folder = Folder::new(&server, &Server::login(server.port));
    folder.put("a", "1", 10);
    let whole = folder.place("").display().to_string();
    let found = folder.run::<List<Sftp>>(&format!("from: '{whole}'\nrootDir: false")).await;
    assert!(found.contains("\"name\":\"a\""), "{found}");
    let missing = folder.run::<List<Sftp>>(&format!("from: '{whole}'")).await;
    assert!(missing.contains("with `rootDir: false` at the root of the server"), "{missing}");
}

#[tokio::test]
async fn where_nobody_may_write_beside_a_file_it_is_written_in_its_place() {
    let Some(server) = Server::find("sshd") else { return };
    let folder = Folder::new(&server, &Server::login(server.port));
    folder.put("a", "old", 10);
    std::os::unix::fs::chown(folder.place(""), Some(0), Some(0)).unwrap();
    let uri = folder.stage.put_file("new", b"new");
    let outputs = folder.run::<Upload<Sftp>>(&format!("from: {uri}\nto: '@/a'")).await;
    assert!(outputs.contains("/a\""), "{outputs}");
    assert_eq!(folder.read("a").as_deref(), Some("new"));
}

#[tokio::test]
async fn whoever_cannot_log_in_is_told_why() {
    let Some(server) = Server::find("sshd") else { return };
    let list = |login: String| async move {
        Stage::new().run::<List<Sftp>>(&format!("{login}from: /")).await.unwrap_err().failure.to_string()
    };
    let wrong = list(Server::login(server.port).replace("Kapelle1", "wrong")).await;
    assert!(
        wrong.starts_with("`127.0.0.1` does not let `kapelle` in with its password; it takes publickey"),
        "{wrong}"
    );
    assert!(!wrong.contains("wrong"), "{wrong}");
    let nothing = list(Server::login(server.port).replace("password: Kapelle1\n", "")).await;
    assert_eq!(nothing, "there is nothing to log in with: say `password` or `keyfile`");
    let nobody = list(Server::login(1)).await;
    assert!(nobody.starts_with("there is no connection to `127.0.0.1` on port 1:"), "{nobody}");
    let no_port = list(Server::login("x")).await;
    assert_eq!(no_port, "`x` in `port` is no port: there are 1 to 65535");
    let metadata = list(Server::login(22).replace("127.0.0.1", "169.254.169.254")).await;
    assert!(metadata.contains("are refused"), "{metadata}");
    let exchange =
        list(format!("{}keyExchangeAlgorithm: diffie-hellman-group1-sha1\n", Server::login(server.port)))
            .await;
    assert!(exchange.contains("speaks no SSH with us"), "{exchange}");
}
