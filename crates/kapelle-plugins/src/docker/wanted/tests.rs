use kapelle_plugin::read;
use kapelle_plugin::stage::{Stage, properties_of};

use super::*;

fn wanted(stage: &Stage, written: &str) -> Result<Wanted, String> {
    let properties: ContainerProperties = read(&properties_of(written)).unwrap();
    properties.read(&stage.context()).map_err(|failure| failure.to_string())
}

fn body(wanted: &Wanted, is_mounted: bool) -> Json {
    let environment = BTreeMap::from([("A".to_owned(), Text::from("b c"))]);
    wanted.body(&Start {
        image: "i:1",
        command: &["sh".into(), "-c".into()],
        environment: &environment,
        directory: "/room/d",
        labels: json!({"l": "m"}),
        is_mounted,
    })
}

#[test]
fn what_is_not_written_is_left_to_the_engine() {
    let plain = wanted(&Stage::new(), "{}").unwrap();
    let expected = json!({"Image": "i:1", "Env": ["A=b c"], "WorkingDir": "/room/d", "Labels": {"l": "m"},
        "HostConfig": {}, "Cmd": ["sh", "-c"]});
    assert_eq!(body(&plain, false), expected);
    assert_eq!(body(&plain, true)["HostConfig"], json!({"Binds": ["/room/d:/room/d"]}));
}

#[test]
fn everything_that_is_written_is_told() {
    let stage = Stage::new().setting(VOLUMES, "true").variable("most", "1g");
    let written = r"
user: 1000:1000
entryPoint: ['']
extraHosts: ['db:10.0.0.2']
networkMode: host
portBindings: ['8080:80']
volumes: ['/data:/data:ro']
pullPolicy: ALWAYS
deviceRequests: [{driver: nvidia, count: -1, capabilities: [[gpu]]}]
cpu: {cpus: 1.5}
memory: {memory: '{{ most }}', memorySwap: -1, memorySwappiness: 10, memoryReservation: 512m, oomKillDisable: true}
shmSize: 64MB
privileged: true
";
    let wanted = wanted(&stage, written).unwrap();
    assert_eq!((wanted.policy, wanted.memory()), (PullPolicy::Always, Some(1 << 30)));
    let body = body(&wanted, true);
    assert_eq!(body["User"], "1000:1000");
    assert_eq!(body["Entrypoint"], json!([""]));
    assert_eq!(body["ExposedPorts"], json!({"80/tcp": {}}));
    assert_eq!(
        body["HostConfig"],
        json!({
            "Binds": ["/data:/data:ro", "/room/d:/room/d"],
            "PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]},
            "ExtraHosts": ["db:10.0.0.2"],
            "NetworkMode": "host",
            "Privileged": true,
            "ShmSize": 64 << 20,
            "NanoCpus": 1_500_000_000,
            "Memory": 1 << 30,
            "MemorySwap": -1,
            "MemorySwappiness": 10,
            "MemoryReservation": 512 << 20,
            "OomKillDisable": true,
            "DeviceRequests": [{"Driver": "nvidia", "Count": -1, "DeviceIDs": [], "Capabilities": [["gpu"]],
                "Options": {}}],
        })
    );
}

#[test]
fn what_cannot_be_is_told() {
    let stage = Stage::new();
    for (written, words) in [
        ("volumes: ['/etc:/etc']", "`volumes` mounts folders of the engine's machine"),
        ("memory: {memory: lots}", "`lots` in the property `memory` is no size"),
        ("shmSize: 1x", "`1x` in the property `shmSize` is no size"),
        ("cpu: {cpus: -2}", "`-2` in the property `cpus` is no number of processors"),
        ("portBindings: [web]", "`web` in `portBindings` is no port"),
        ("pullPolicy: SOMETIMES", "`SOMETIMES` does not fit"),
    ] {
        let message = wanted(&stage, written).unwrap_err();
        assert!(message.starts_with(words), "{message}");
    }
}
