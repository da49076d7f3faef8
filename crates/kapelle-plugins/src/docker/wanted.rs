//! What a container is to be like: the properties that runner and tasks share, and what an engine is told of them.

mod amounts;
mod ports;

use std::collections::BTreeMap;

use kapelle_model::{Failure, Text};
use kapelle_plugin::{Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map as Object, Value as Json, json};

use super::image::PullPolicy;

/// The setting that lets flows mount folders of the engine's machine.
pub const VOLUMES: &str = "kapelle.docker.volume-enabled";

#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ContainerProperties {
    /// As whom the commands run: a name or a number, with `:` and a group if wanted.
    user: Option<Expr<String>>,
    /// What gets the commands, in place of what the image says.
    entry_point: Option<Expr<Vec<String>>>,
    /// Further names of hosts, as `NAME:ADDRESS`.
    extra_hosts: Option<Expr<Vec<String>>>,
    /// The network: `bridge`, `host`, `none`, `container:NAME` or the name of one.
    network_mode: Option<Expr<String>>,
    /// Ports that can be reached from outside, as `[[ADDRESS:]PORT:]PORT[/udp]`.
    port_bindings: Option<Expr<Vec<String>>>,
    /// Folders of the engine's machine, as `FROM:TO[:ro]`. The instance has to allow it.
    volumes: Option<Expr<Vec<String>>>,
    /// When the image is pulled.
    pull_policy: Option<Expr<PullPolicy>>,
    /// Devices such as graphics cards.
    device_requests: Option<Vec<DeviceRequestProperties>>,
    /// How much of the processors it may use.
    cpu: Option<CpuProperties>,
    /// How much memory it may use.
    memory: Option<MemoryProperties>,
    /// The size of its `/dev/shm`, such as `64MB`.
    shm_size: Option<Expr<String>>,
    /// Whether it may do to the engine's machine what root may.
    privileged: Option<Expr<bool>>,
}

/// A device that is asked for.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct DeviceRequestProperties {
    /// The driver, such as `nvidia`.
    driver: Option<Expr<String>>,
    /// How many; -1 for all.
    count: Option<Expr<i64>>,
    /// Which ones, in place of how many.
    device_ids: Option<Expr<Vec<String>>>,
    /// What they have to be able to do: all of one of the lists, such as `[[gpu]]`.
    capabilities: Option<Expr<Vec<Vec<String>>>>,
    /// Options of the driver.
    options: Option<Expr<BTreeMap<String, String>>>,
}

/// How much of the processors.
#[derive(Deserialize, JsonSchema)]
struct CpuProperties {
    /// How many of them, such as `1.5`.
    cpus: Option<Expr<f64>>,
}

/// How much memory.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct MemoryProperties {
    /// The most that it may use, such as `512MB`; beyond, it is killed.
    memory: Option<Expr<String>>,
    /// The same together with swap; -1 for any.
    memory_swap: Option<Expr<String>>,
    /// How readily it is swapped out, from 0 to 100.
    memory_swappiness: Option<Expr<u64>>,
    /// What it gets back to when the machine has little left.
    memory_reservation: Option<Expr<String>>,
    /// The most that the kernel may use for it. Newer kernels do not know that.
    kernel_memory: Option<Expr<String>>,
    /// Whether it goes on, waiting for memory, when it uses too much.
    oom_kill_disable: Option<Expr<bool>>,
}

/// What the properties give.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// As whom; the image says so otherwise.
    pub(super) user: Option<String>,
    pub(super) policy: PullPolicy,
    pub(crate) entry_point: Option<Vec<String>>,
    exposed: Object<String, Json>,
    /// What the engine calls `HostConfig`.
    host: Object<String, Json>,
}

/// What depends on the run.
pub(super) struct Start<'s> {
    pub(super) image: &'s str,
    pub(super) command: &'s [Text],
    pub(super) environment: &'s BTreeMap<String, Text>,
    pub(super) directory: &'s str,
    pub(super) labels: Json,
    /// Whether the folder of this machine itself is the one in the container.
    pub(super) is_mounted: bool,
}

impl ContainerProperties {
    pub(crate) fn read(&self, cx: &RunContext) -> Result<Wanted, Failure> {
        let volumes = cx.filled(self.volumes.as_ref())?.unwrap_or_default();
        if !volumes.is_empty() && cx.host.setting(VOLUMES).as_deref() != Some("true") {
            return Err(Failure::new(format!(
                "`volumes` mounts folders of the engine's machine, which this instance does not allow: set `{VOLUMES}: \
                 true` in its configuration, or bring files by `inputFiles`"
            )));
        }
        let (exposed, bound) = ports::read(&cx.filled(self.port_bindings.as_ref())?.unwrap_or_default())?;
        let mut host = Object::new();
        let mut set = |name: &str, value: Option<Json>| {
            if let Some(value) = value {
                host.insert(name.to_owned(), value);
            }
        };
        set("Binds", (!volumes.is_empty()).then(|| json!(volumes)));
        set("PortBindings", (!bound.is_empty()).then_some(Json::Object(bound)));
        set("ExtraHosts", cx.filled(self.extra_hosts.as_ref())?.map(Json::from));
        set("NetworkMode", cx.filled(self.network_mode.as_ref())?.map(Json::from));
        set("Privileged", cx.filled(self.privileged.as_ref())?.map(Json::from));
        set("ShmSize", bytes(cx, "shmSize", self.shm_size.as_ref())?);
        if let Some(cpu) = &self.cpu {
            set(
                "NanoCpus",
                cx.filled(cpu.cpus.as_ref())?.map(amounts::nano_cpus).transpose()?.map(Json::from),
            );
        }
        if let Some(memory) = &self.memory {
            set("Memory", bytes(cx, "memory", memory.memory.as_ref())?);
            set("MemorySwap", bytes(cx, "memorySwap", memory.memory_swap.as_ref())?);
            set("MemorySwappiness", cx.filled(memory.memory_swappiness.as_ref())?.map(Json::from));
            set("MemoryReservation", bytes(cx, "memoryReservation", memory.memory_reservation.as_ref())?);
            set("KernelMemory", bytes(cx, "kernelMemory", memory.kernel_memory.as_ref())?);
            set("OomKillDisable", cx.filled(memory.oom_kill_disable.as_ref())?.map(Json::from));
        }
        let devices = self.device_requests.iter().flatten();
        let devices: Vec<Json> = devices.map(|device| device.read(cx)).collect::<Result<_, _>>()?;
        set("DeviceRequests", (!devices.is_empty()).then_some(Json::Array(devices)));
        Ok(Wanted {
            user: cx.filled(self.user.as_ref())?,
            policy: cx.filled(self.pull_policy.as_ref())?.unwrap_or_default(),
            entry_point: cx.filled(self.entry_point.as_ref())?.filter(|words| !words.is_empty()),
            exposed,
            host,
        })
    }
}

impl DeviceRequestProperties {
    fn read(&self, cx: &RunContext) -> Result<Json, Failure> {
        Ok(json!({
            "Driver": cx.filled(self.driver.as_ref())?.unwrap_or_default(),
            "Count": cx.filled(self.count.as_ref())?.unwrap_or_default(),
            "DeviceIDs": cx.filled(self.device_ids.as_ref())?.unwrap_or_default(),
            "Capabilities": cx.filled(self.capabilities.as_ref())?.unwrap_or_default(),
            "Options": cx.filled(self.options.as_ref())?.unwrap_or_default(),
        }))
    }
}

fn bytes(cx: &RunContext, name: &str, property: Option<&Expr<String>>) -> Result<Option<Json>, Failure> {
    let Some(text) = cx.filled(property)? else { return Ok(None) };
    amounts::bytes(&text).map(|bytes| Some(bytes.into())).ok_or_else(|| {
        Failure::new(format!(
            "`{text}` in the property `{name}` is no size: write one such as `512MB` or `1.5g`"
        ))
    })
}

impl Wanted {
    /// What the engine is told to make.
    pub(super) fn body(&self, start: &Start<'_>) -> Json {
        let command: Vec<&str> = start.command.iter().map(Text::expose).collect();
        let environment = start.environment.iter();
        let environment: Vec<String> =
            environment.map(|(name, value)| format!("{name}={}", value.expose())).collect();
        let mut host = self.host.clone();
        if start.is_mounted {
            let own = Json::from(format!("{0}:{0}", start.directory));
            match host.get_mut("Binds").and_then(Json::as_array_mut) {
                Some(binds) => binds.push(own),
                None => {
                    host.insert("Binds".to_owned(), json!([own]));
                }
            }
        }
        let mut body = json!({
            "Image": start.image,
            "Env": environment,
            "WorkingDir": start.directory,
            "Labels": start.labels,
            "HostConfig": host,
        });
        if !command.is_empty() {
            body["Cmd"] = json!(command);
        }
        if let Some(words) = &self.entry_point {
            body["Entrypoint"] = json!(words);
        }
        if let Some(user) = &self.user {
            body["User"] = json!(user);
        }
        if !self.exposed.is_empty() {
            body["ExposedPorts"] = Json::Object(self.exposed.clone());
        }
        body
    }

    /// The limit of its memory, for people.
    pub(super) fn memory(&self) -> Option<i64> {
        self.host.get("Memory").and_then(Json::as_i64)
    }
}

#[cfg(test)]
mod tests;
