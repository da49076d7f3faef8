use kapelle_plugin::stage::Stage;

use super::{Ftp, Ftps};
use crate::files::Protocol;
use crate::files::list::List;
use crate::files::tests::behave;
use crate::testing::{Folder, Server};

const TRUSTING: &str = "insecureTrustAllCertificates: true\n";

#[tokio::test]
async fn files_are_looked_after_without_tls() {
    let Some(server) = Server::find("ftpd") else { return };
    behave::<Ftp>(&server, &Server::login(server.port)).await;
}

#[tokio::test]
async fn files_are_looked_after_with_tls_that_is_asked_for() {
    let Some(server) = Server::find("ftpd") else { return };
    let login = Server::login(&server.more["explicit"]);
    behave::<Ftps>(&server, &format!("{login}{TRUSTING}")).await;
}

#[tokio::test]
async fn files_are_looked_after_with_tls_from_the_beginning() {
    let Some(server) = Server::find("ftpd") else { return };
    let login = Server::login(&server.more["implicit"]);
    behave::<Ftps>(&server, &format!("{login}{TRUSTING}mode: IMPLICIT\n")).await;
}

#[tokio::test]
async fn a_server_may_connect_to_us() {
    let Some(server) = Server::find("ftpd") else { return };
    let login = Server::login(server.port);
    let folder = Folder::new(&server, &format!("{login}passiveMode: false\n"));
    folder.put("a", "1", 10);
    assert!(folder.run::<List<Ftp>>("from: '@'").await.contains("\"name\":\"a\""));
    let folder = Folder::new(&server, &format!("{login}remoteIpVerification: false\n"));
    folder.put("b", "1", 10);
    assert!(folder.run::<List<Ftp>>("from: '@'").await.contains("\"name\":\"b\""));
}

async fn failure<P: Protocol>(login: &str) -> String {
    Stage::new().run::<List<P>>(&format!("{login}from: /")).await.unwrap_err().failure.to_string()
}

#[tokio::test]
async fn whoever_cannot_log_in_is_told_why() {
    let Some(server) = Server::find("ftpd") else { return };
    let wrong = failure::<Ftp>(&Server::login(server.port).replace("Kapelle1", "wrong")).await;
    assert!(wrong.starts_with("`127.0.0.1` does not let `kapelle` in: 530 "), "{wrong}");
    let certificate = failure::<Ftps>(&Server::login(&server.more["explicit"])).await;
    assert!(certificate.contains("cannot be secured"), "{certificate}");
    let no_tls = failure::<Ftps>(&format!("{}{TRUSTING}", Server::login(server.port))).await;
    assert!(no_tls.contains("takes no TLS"), "{no_tls}");
    let only_tls = failure::<Ftp>(&Server::login(&server.more["explicit"])).await;
    assert!(only_tls.contains("it may want TLS: see the tasks of `fs.ftps`"), "{only_tls}");
    let level = failure::<Ftps>(&format!("{}dataChannelProtectionLevel: S\n", Server::login(1))).await;
    assert!(level.contains("say `P`"), "{level}");
    let nobody = failure::<Ftp>(&Server::login(1)).await;
    assert!(nobody.starts_with("there is no connection to `127.0.0.1` on port 1:"), "{nobody}");
}
