//! Commands that ask a server: the real one, on a free port of this machine.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use super::{Folder, REST};

const CONFIGURATION: &str =
    "kestra:\n  server:\n    basic-auth: {username: root@root.com, password: Root!1234}\n";
const USER: &str = "root@root.com:Root!1234";

/// A server that ends with the test.
struct Server {
    process: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Starts one, and waits until it listens.
fn serve(mut command: Command) -> Server {
    let mut process = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
    let address = lines.find_map(|line| line.unwrap().strip_prefix("listening: ").map(str::to_owned));
    // Whoever writes to a pipe that nobody reads is ended.
    std::thread::spawn(move || lines.for_each(drop));
    Server { process, address: address.expect("the server listens") }
}

fn with_configuration(folder: &Folder) -> Server {
    let mut command = folder.command("kapelle");
    command.args([
        "server",
        "local",
        "--host",
        "127.0.0.1",
        "--management-port",
        "0",
        "--config",
        "server.yml",
    ]);
    command.args(["--port", &free_port().to_string()]);
    serve(command)
}

/// What somebody types, in a home of their own: exit code and output.
fn typed(folder: &Folder, program: &str, line: &str) -> (i32, String) {
    let mut command = folder.command(program);
    command.env("HOME", folder.path("home")).args(line.split_whitespace()).stdin(Stdio::null());
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

/// Plays lines one after the other. `ID` stands for the execution that the last `trigger` started.
fn play(folder: &Folder, program: &str, story: &[(&str, i32, &str)]) {
    let mut id = String::new();
    for (line, exit, expected) in story {
        let line = line.replace("ID", &id);
        let (code, text) = typed(folder, program, &line);
        assert_eq!(code, *exit, "{line}\n{text}");
        assert!(text.contains(expected), "{line}\n{text}");
        if line.contains(" trigger ") {
            text.lines().next().unwrap_or_default().clone_into(&mut id);
        }
    }
}

#[test]
fn the_commands_of_guides_work_word_for_word() {
    let hello = format!("id: hello-world\n{REST}");
    let next = format!("id: new-flow\n{REST}");
    let folder = Folder::new(
        "client-guides",
        &[
            ("server.yml", CONFIGURATION),
            ("kestra-flows/hello.yaml", &hello),
            ("kestra-flows/new-flow.yaml", &next),
            ("home/none", ""),
        ],
    );
    let server = with_configuration(&folder);
    let set = format!("config server set {}", server.address);
    let token = format!("config auth token --create --user {USER}");
    play(
        &folder,
        "kestra",
        &[
            (&set, 0, "server: http://127.0.0.1:"),
            ("config auth token --create", 2, "--user NAME:PASSWORD"),
            (&token, 0, "kept in"),
            ("flow validate --file ./kestra-flows/hello.yaml", 0, "✓ - ./kestra-flows/hello.yaml"),
            ("flow create --file ./kestra-flows/hello.yaml", 0, "Flow successfully created !"),
            ("flow list", 0, "demo       hello-world  1"),
            ("execution trigger hello-world", 0, ""),
            ("execution logs ID --follow", 0, "INFO   t  hi"),
            ("execution get ID", 0, "hello-world"),
            ("execution logs ID", 0, "INFO   t  hi"),
            ("flow create --file ./kestra-flows/new-flow.yaml", 0, "Flow successfully created !"),
            ("flow list --output json", 0, "\"new-flow\""),
        ],
    );
}

#[test]
fn a_folder_becomes_a_namespace_and_executions_obey() {
    let flow = |id: &str| format!("id: {id}\n{REST}");
    let pause = "id: wait\nnamespace: demo\ninputs:\n  - {id: name, type: STRING}\ntasks:\n  \
                 - {id: p, type: io.kestra.plugin.core.flow.Pause}\n";
    let folder = Folder::new(
        "client-deploy",
        &[
            ("server.yml", CONFIGURATION),
            ("flows/a.yml", &flow("a")),
            ("flows/deep/wait.yaml", pause),
            ("bad/bad.yaml", "id: bad\nnamespace: demo\n"),
            ("empty/none", ""),
            ("tree/.kestraignore", "*.log\n"),
            ("tree/x.py", "print()"),
            ("tree/deep/y.txt", "y"),
            ("tree/z.log", "z"),
            ("less/x.py", "print()"),
            ("inputs.yml", "name: Ann\n"),
            ("home/none", ""),
        ],
    );
    let server = with_configuration(&folder);
    let access = format!(" --server={} --user={USER}", server.address);
    let story = [
        ("flow validate flows", 0, "✓ - flows/a.yml\n✓ - flows/deep/wait.yaml"),
        ("flow validate bad", 1, "✘ - bad/bad.yaml ("),
        (
            "flow namespace update demo flows --delete",
            0,
            "2 flow(s) for namespace 'demo' successfully updated !\n- demo.a\n",
        ),
        ("flow namespace update other flows", 1, "422"),
        ("flow namespace update demo bad", 1, "422"),
        ("flow namespace update demo empty", 0, "No flow found on 'empty'"),
        ("flow updates flows --no-delete", 0, "2 flow(s) successfully updated !"),
        ("flow update flows/a.yml demo a", 0, "Flow successfully updated !"),
        ("flow get demo a", 0, "id: a\nnamespace: demo\n"),
        ("flow dot flows/a.yml", 0, "digraph G {"),
        ("flow export out --namespace demo", 0, "Exporting flow(s) for namespace 'demo' successfully done !"),
        ("flow syncFromSource", 0, "2 flows saved again"),
        ("execution trigger demo a --wait", 0, "SUCCESS"),
        ("execution replay ID", 0, ""),
        ("execution list --flow a --state success", 0, "SUCCESS"),
        ("execution trigger wait", 1, "422"),
        ("execution trigger demo wait --inputs-file inputs.yml", 0, ""),
        ("execution kill ID", 0, "KILL"),
        ("execution get nope", 1, "404"),
        ("execution trigger nothing", 2, "no flow `nothing`"),
        (
            "namespace files update demo tree /lib",
            0,
            "Successfully uploaded tree/deep/y.txt to /lib/deep/y.txt",
        ),
        ("files list demo", 0, "/lib/deep/y.txt\n/lib/x.py"),
        ("files upload demo less /lib --delete", 0, "Successfully deleted /lib/deep/y.txt"),
        ("namespace kv update demo zip 01234 -t STRING", 0, "Key 'zip' successfully updated !"),
        ("kv set demo rate 1.5 --expiration P1D", 0, "Key 'rate' successfully updated !"),
        ("kv get demo zip", 0, "01234\n"),
        ("kv list demo", 0, "zip"),
        ("kv delete demo zip", 0, "Key 'zip' successfully deleted !"),
        ("kv get demo zip", 1, "404"),
        ("template namespace update demo flows", 1, "404"),
        ("flow delete demo a", 0, "Flow successfully deleted !"),
        ("flow delete demo a", 1, "404"),
        ("auths users create --username a@b.c --password Root!1234", 1, "has its account already"),
        ("tenants create --tenant shop", 1, "has one tenant"),
    ];
    let lines: Vec<(String, i32, &str)> =
        story.iter().map(|(line, exit, text)| (format!("{line}{access}"), *exit, *text)).collect();
    let story: Vec<(&str, i32, &str)> =
        lines.iter().map(|(line, exit, text)| (line.as_str(), *exit, *text)).collect();
    play(&folder, "kapelle", &story);
    assert!(folder.path("out/flows.zip").is_file());
}

#[test]
fn without_a_server_there_is_a_sentence_that_says_so() {
    let folder = Folder::new("client-nobody", &[("home/none", "")]);
    let nobody = format!("http://127.0.0.1:{}", free_port());
    let list = format!("flow list --server {nobody}");
    let user = format!("flow list --server {nobody} --user root");
    play(
        &folder,
        "kestra",
        &[
            (&list, 1, "Start one with `kapelle server local`"),
            (&user, 2, "`--user` wants NAME:PASSWORD"),
            ("flow list --server ftp://x", 2, "no address of a server"),
            ("config server get", 0, "http://localhost:8080"),
            ("server webserver --port 9090", 2, "PostgreSQL"),
            ("sys database migrate", 0, "Nothing to do"),
            ("migrate default-tenant --tenant-id main --tenant-name Main", 0, "Nothing to do"),
            ("plugins list --core", 0, "io.kestra.plugin.core.log.Log "),
            ("plugins install io.kestra.plugin:plugin-script-python:LATEST", 0, "built in"),
            ("plugins install io.kestra.plugin:plugin-nothing:LATEST", 1, "not built in"),
        ],
    );
}

#[test]
fn a_demo_has_examples_and_lets_everybody_in() {
    let folder = Folder::new("client-demo", &[("home/none", "")]);
    let mut command = folder.command("kapelle");
    command.args(["demo", "--memory", "--port", &free_port().to_string()]);
    let server = serve(command);
    let line = format!("execution trigger hello --wait --server {}", server.address);
    let token = format!("config auth token --create --server {}", server.address);
    play(&folder, "kapelle", &[(&line, 0, "SUCCESS"), (&token, 0, "no token is needed")]);
}
