//! A server with a runtime over a store in memory.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use kapelle_core::expression::environment::Settings;
use kapelle_engine::inputs::Encryption;
use kapelle_http::{Client, Header, Payload, Piece, Request, Url};
use kapelle_model::{Map, Millis};
use kapelle_runtime::secrets::{Plain, SecretVariables};
use kapelle_runtime::storage::{LocalFiles, LocalStorage, Storage};
use kapelle_runtime::{Parts, Runtime, Surroundings, TakesUp};
use kapelle_store::Store;
use kapelle_store::memory::MemoryStore;
use serde_json::Value as Json;
use tokio::sync::oneshot;

use crate::gate::{BasicGate, Gate};
use crate::{App, Doors, Entry, Hub, Tls, serve};

/// `ann:Secret12`.
pub(crate) const LOGIN: &str = "Basic YW5uOlNlY3JldDEy";

pub(crate) struct Stage {
    pub(crate) url: String,
    tokio: tokio::runtime::Runtime,
    stop: Option<oneshot::Sender<()>>,
    folder: PathBuf,
}

/// What came back.
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Got {
    pub(crate) fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl Stage {
    pub(crate) fn start() -> Self {
        Self::start_with(|_| Arc::new(BasicGate::new("ann", "Secret12")))
    }

    /// With a gate over the store.
    pub(crate) fn start_with(gate: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Gate>) -> Self {
        Self::start_as(gate, Entry::default(), None)
    }

    /// Where time stands still.
    pub(crate) fn stopped() -> Self {
        let hands = Some(Millis(1_767_225_600_000));
        Self::with_hands(|_| Arc::new(BasicGate::new("ann", "Secret12")), Entry::default(), None, hands)
    }

    pub(crate) fn start_as(
        gate: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Gate>,
        entry: Entry,
        tls: Option<Arc<Tls>>,
    ) -> Self {
        Self::with_hands(gate, entry, tls, None)
    }

    fn with_hands(
        gate: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Gate>,
        entry: Entry,
        tls: Option<Arc<Tls>>,
        hands: Option<Millis>,
    ) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("kapelle-server-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let tokio =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let storage: Arc<dyn Storage> = Arc::new(LocalStorage::open(folder.join("files")).unwrap());
        let hub = Hub::new();
        let parts = Parts {
            store: Arc::new(MemoryStore::new()),
            registry: kapelle_plugins::registry(),
            handle: tokio.handle().clone(),
            settings: Settings::default(),
            variables: Map::new(),
            encryption: Encryption::Configured,
            on_worker_lost: kapelle_engine::plan::OnLost::Retry,
            defaults: Vec::new(),
            slots: 16,
            work: folder.join("work"),
            listener: Some(hub.listener()),
            fixtures: None,
            hands,
            ahead: 0,
            takes_up: TakesUp::All,
            triggers: Some(kapelle_engine::schedule::Recover::All),
        };
        let surroundings = Surroundings {
            storage: Arc::clone(&storage),
            local: LocalFiles::default(),
            secrets: Arc::new(SecretVariables::read(std::iter::empty(), &Plain::None).0),
            settings: BTreeMap::new(),
            client: kapelle_http::Client::of_tasks(),
            calls: None,
        };
        let runtime = Arc::new(Runtime::start(parts, |grips| surroundings.around(grips)).unwrap());
        let gate = gate(Arc::clone(runtime.store()));
        let app = App::new(crate::Parts {
            runtime,
            storage,
            gate,
            hub,
            work: folder.join("work"),
            url: None,
            base: "/base".to_owned(),
            interface: Some(folder.join("ui")),
            prefix: "kestra".to_owned(),
            has_templates: true,
            profile: crate::Profile::default(),
            entry,
            access: None,
        });
        let doors =
            Doors { api: ([127, 0, 0, 1], 0).into(), management: None, tls, drain: Duration::from_secs(1) };
        let server = tokio.block_on(serve(app, doors)).unwrap();
        let url = format!("http://{}", server.address().unwrap());
        let (stop, stopped) = oneshot::channel();
        tokio.spawn(server.run(async move {
            // It ends with the stage.
            let _gone = stopped.await;
        }));
        Self { url, tokio, stop: Some(stop), folder }
    }

    /// Puts a file where the web interface comes from.
    pub(crate) fn interface_file(&self, name: &str, text: &str) {
        let path = self.folder.join("ui").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// A request as the administrator.
    pub(crate) fn ask(&self, method: &str, path: &str, media: &str, body: &str) -> Got {
        let headers = [("authorization", LOGIN), ("content-type", media)];
        self.send(method, path, &headers, body)
    }

    pub(crate) fn get(&self, path: &str) -> Got {
        self.send("GET", path, &[("authorization", LOGIN)], "")
    }

    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Got {
        self.send_bytes(method, path, headers, body.as_bytes().to_vec())
    }

    pub(crate) fn send_bytes(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Got {
        let url = Url::parse(&format!("{}{path}", self.url)).unwrap();
        let headers = headers.iter().map(|(name, value)| Header::new(*name, *value)).collect();
        let payload =
            if body.is_empty() { Payload::default() } else { Payload::of([Piece::Bytes(body.into())]) };
        let request = Request {
            method: method.to_owned(),
            headers,
            payload,
            follows_redirects: false,
            ..Request::get(url)
        };
        self.tokio.block_on(async {
            let client = Client::of_tasks();
            let answered = tokio::time::timeout(Duration::from_mins(1), client.send(&request));
            let mut response =
                answered.await.unwrap().unwrap_or_else(|error| panic!("{method} {path}: {error:?}"));
            let body = response.bytes(64 << 20).await.unwrap();
            Got { status: response.status, headers: response.headers.clone(), body }
        })
    }
}

impl Stage {
    /// What a stream tells until this text is among it.
    pub(crate) fn listen(&self, path: &str, headers: &[(&str, &str)], until: &str) -> String {
        let url = Url::parse(&format!("{}{path}", self.url)).unwrap();
        let headers = headers.iter().map(|(name, value)| Header::new(*name, *value)).collect();
        let request = Request { headers, ..Request::get(url) };
        let hear = async {
            let mut response = Client::of_tasks().send(&request).await.unwrap();
            assert_eq!(response.status, 200);
            let mut heard = String::new();
            while !heard.contains(until) {
                let chunk = response.chunk().await.unwrap().expect("the stream goes on");
                heard.push_str(std::str::from_utf8(&chunk).unwrap());
            }
            heard
        };
        self.tokio.block_on(async {
            let heard = tokio::time::timeout(Duration::from_secs(30), hear).await;
            heard.unwrap_or_else(|_| panic!("nobody tells {until}"))
        })
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _gone = stop.send(());
        }
        let _left_behind = std::fs::remove_dir_all(&self.folder);
    }
}
