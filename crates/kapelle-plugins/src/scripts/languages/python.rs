//! Python, with the packages that a task needs.

use kapelle_model::{Failure, Text};
use kapelle_plugin::{Expr, RunContext, Word};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::scripts::language::{Extra, Facts, Language, Plan, World};
use crate::scripts::python::{Dependencies, with_aliases};

pub(in crate::scripts) struct Python;

impl Language for Python {
    const FACTS: Facts = Facts {
        name: "Python",
        script_type: "io.kestra.plugin.scripts.python.Script",
        commands_type: "io.kestra.plugin.scripts.python.Commands",
        image: "python:3.13-slim",
        ending: ".py",
        program: &["python3"],
        environment: &[
            ("PYTHONUNBUFFERED", "true"),
            ("PIP_ROOT_USER_ACTION", "ignore"),
            ("PIP_DISABLE_PIP_VERSION_CHECK", "1"),
        ],
        prelude: with_aliases,
        ..Facts::USUAL
    };
    type OfScript = PythonProperties;
    type OfCommands = PythonProperties;
}

/// What only Python has.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::scripts) struct PythonProperties {
    /// Packages that are installed first, as `pip` writes them.
    dependencies: Option<Expr<Vec<Text>>>,
    /// The version of Python, such as `3.12`.
    python_version: Option<Expr<String>>,
    /// Whether packages stay for later runs; they do unless this says `false`.
    dependency_cache_enabled: Option<Expr<bool>>,
    /// What installs packages.
    package_manager: Option<Expr<PackageManager>>,
    /// Accepted; nothing is installed but packages.
    #[expect(dead_code, reason = "the schema knows it")]
    uv_auto_install_enabled: Option<Expr<bool>>,
    /// Accepted; nothing is installed but packages.
    #[expect(dead_code, reason = "the schema knows it")]
    uv_installer_version: Option<Expr<String>>,
    /// Accepted; nothing is installed but packages.
    #[expect(dead_code, reason = "the schema knows it")]
    uv_installer_sha256: Option<Expr<String>>,
}

/// What installs packages.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub(in crate::scripts) enum PackageManager {
    /// `uv`, or `pip` where there is none.
    Uv,
    /// `pip`.
    Pip,
}

impl Word for PackageManager {}

impl Extra for PythonProperties {
    fn plan(&self, cx: &RunContext, world: &World<'_>) -> Result<Plan, Failure> {
        let version = cx.filled(self.python_version.as_ref())?;
        let python = python(version.as_deref(), world)?;
        let packages = cx.filled(self.dependencies.as_ref())?.unwrap_or_default();
        let manager = cx.filled(self.package_manager.as_ref())?.unwrap_or(PackageManager::Uv);
        let dependencies = Dependencies {
            python: python.clone(),
            packages,
            uses_uv: manager == PackageManager::Uv && world.is_here && world.first(&["uv"]).is_some(),
            is_cached: cx.filled(self.dependency_cache_enabled.as_ref())?.unwrap_or(true),
        };
        let has_packages = !dependencies.packages.is_empty();
        Ok(Plan {
            program: vec![python],
            dependencies: has_packages.then_some(dependencies),
            image: version.as_deref().map(|version| format!("python:{}-slim", short(version))),
            ..Plan::usual(world.facts)
        })
    }
}

/// The program for a version: of a virtual environment, by its own name, or the usual one.
fn python(version: Option<&str>, world: &World<'_>) -> Result<String, Failure> {
    let Some(version) = version else {
        return Ok(match world.environment.get("VIRTUAL_ENV") {
            Some(place) => format!("{}/bin/python", place.expose()),
            None => world.first(&["python3", "python"]).unwrap_or("python3").to_owned(),
        });
    };
    let name = format!("python{}", short(version));
    if world.first(&[&name]).is_none() {
        return Err(Failure::new(format!(
            "`pythonVersion` asks for Python {version}, and there is no program `{name}` in any folder of the PATH {}: \
             install it, or leave `pythonVersion` out",
            world.path()
        )));
    }
    Ok(name)
}

/// Without the part that programs and images are not named by.
fn short(version: &str) -> String {
    version.trim().splitn(3, '.').take(2).collect::<Vec<_>>().join(".")
}
