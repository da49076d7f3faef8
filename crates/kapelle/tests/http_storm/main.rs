//! A storm over HTTP: clients create executions, call webhooks, save flows and write keys, while the server is killed
//! again and again. In the end everything that was answered with success is there, all comes to an end, nothing is double.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]
#![expect(clippy::print_stdout, reason = "it tells what it did")]
#![expect(clippy::disallowed_methods, reason = "it decides when to kill")]

mod client;
mod ledger;
mod verdict;
#[path = "../web/mod.rs"]
mod web;

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ledger::Ledger;
use web::Server;

/// How often it is killed, unless somebody says otherwise.
const ROUNDS: u32 = 5;

/// Clients at the same time.
const CLIENTS: u64 = 4;

/// How long the last process may take to finish everything.
const PATIENCE: Duration = Duration::from_mins(2);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--rounds", rounds] => storm(rounds.parse().unwrap()),
        // What test runners ask for.
        ["--list", ..] => println!("http_storm: test"),
        _ => storm(ROUNDS),
    }
}

fn storm(rounds: u32) {
    let folder = std::env::temp_dir().join(format!("kapelle-http-storm-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("kestra.yml"), web::OPEN).unwrap();
    let began = Instant::now();
    let ledger = Arc::new(Mutex::new(Ledger::default()));
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15 ^ u64::from(std::process::id()));
    first(&folder, &ledger);
    for _ in 0..rounds {
        let life = Duration::from_millis(40 + chance.below(600));
        round(&folder, &ledger, &mut chance, life);
    }
    let verdict = last(&folder, &ledger);
    println!("http-storm: {rounds} kills, {verdict}, {:.1} s", began.elapsed().as_secs_f64());
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A life without a kill, in which the flows are saved.
fn first(folder: &Path, ledger: &Arc<Mutex<Ledger>>) {
    let server = start(folder);
    for flow in client::FLOWS {
        let saved = server.ask("POST", "/api/v1/main/flows", "application/x-yaml", flow).unwrap();
        assert_eq!(saved.status, 200, "{}", saved.body);
    }
    let key = server.ask("PUT", "/api/v1/main/namespaces/storm/kv/first", "text/plain", "1").unwrap();
    ledger.lock().unwrap().has_keys = key.status < 300;
}

/// Clients work until the server is killed in the middle of it.
fn round(folder: &Path, ledger: &Arc<Mutex<Ledger>>, chance: &mut Chance, life: Duration) {
    let mut server = start(folder);
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let (ledger, address) = (Arc::clone(ledger), server.address);
            let chance = Chance(chance.next() | 1);
            std::thread::spawn(move || client::work(number, address, &ledger, chance))
        })
        .collect();
    std::thread::sleep(life);
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    for client in clients {
        client.join().unwrap();
    }
}

/// The last life goes on until nothing is left to do.
fn last(folder: &Path, ledger: &Arc<Mutex<Ledger>>) -> verdict::Verdict {
    let server = start(folder);
    let deadline = Instant::now() + PATIENCE;
    while verdict::is_anything_open(&server) {
        if Instant::now() > deadline {
            println!("{}", server.log.lock().unwrap());
            panic!("after {PATIENCE:?} not everything is over; see {}", folder.display());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    verdict::judge(&server, &ledger.lock().unwrap())
}

fn start(folder: &Path) -> Server {
    Server::start(folder, &[]).unwrap()
}

/// Numbers that look random, from where they began.
struct Chance(u64);

impl Chance {
    const fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    const fn below(&mut self, count: u64) -> u64 {
        self.next() % count
    }
}
