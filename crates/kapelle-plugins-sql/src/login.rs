//! Who asks a database: what all types have in common, and what comes of it.

use jiff::tz::TimeZone;
use kapelle_core::time::zone;
use kapelle_model::{Failure, Text};
use kapelle_plugin::{Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::driver::Driver;
use crate::url::JdbcUrl;
use crate::veil::Veil;

/// How somebody presents themselves to a database.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Login {
    /// The name of the user; it may stand in the `url` too.
    username: Option<Expr<Text>>,
    /// The password of the user; it may stand in the `url` too. Keep it as a secret.
    password: Option<Expr<Text>>,
    /// The time zone in which moments are told, such as `Europe/Berlin`. Without it, the zone of the server that runs the
    /// flow.
    time_zone_id: Option<Expr<String>>,
    /// Whether connections are kept for later. Each task has one connection of its own, whatever this says.
    #[allow(dead_code, reason = "flows have it")]
    connection_pooling: Option<Expr<bool>>,
    /// How many connections are kept for later. Each task has one connection of its own, whatever this says.
    #[allow(dead_code, reason = "flows have it")]
    connection_pool_size: Option<Expr<u32>>,
}

/// Where a database is, and who asks it.
pub(crate) struct Access {
    pub(crate) url: JdbcUrl,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<String>,
    /// The zone in which moments are told.
    pub(crate) zone: TimeZone,
    /// What no message may show.
    pub(crate) veil: Veil,
}

/// Who asks, where a type has no more than this.
pub(crate) struct Credentials<'p> {
    pub(crate) username: Option<&'p Expr<Text>>,
    pub(crate) password: Option<&'p Expr<Text>>,
    pub(crate) time_zone_id: Option<&'p Expr<String>>,
}

impl Login {
    /// Who asks the database of this URL; without one, the database that the system itself knows.
    pub(crate) fn access<D: Driver>(
        &self,
        cx: &RunContext,
        url: Option<&Expr<Text>>,
    ) -> Result<Access, Failure> {
        let (username, password) = (self.username.as_ref(), self.password.as_ref());
        Credentials { username, password, time_zone_id: self.time_zone_id.as_ref() }.access::<D>(cx, url)
    }
}

impl Credentials<'_> {
    pub(crate) fn access<D: Driver>(
        &self,
        cx: &RunContext,
        url: Option<&Expr<Text>>,
    ) -> Result<Access, Failure> {
        let mut veil = Veil::default();
        let written = cx.filled(url)?.unwrap_or_else(|| format!("jdbc:{}:", D::SYSTEMS[0]).into());
        veil.add(&written);
        let url = JdbcUrl::parse(written.expose(), D::SYSTEMS).map_err(Failure::new)?;
        let user = cx.filled(self.username)?;
        let password = cx.optional(self.password)?;
        let user = user.map(|user| user.expose().to_owned()).or_else(|| url.user().map(str::to_owned));
        let password = match password {
            Some(password) => Some(password.expose().to_owned()),
            None => url.password().map(str::to_owned),
        };
        if let Some(password) = &password {
            veil.add_word(password);
        }
        let zone = match cx.filled(self.time_zone_id)? {
            None => cx.settings.zone.clone(),
            Some(name) => zone::find(name.trim()).ok_or_else(|| {
                let near = zone::nearest(name.trim());
                let near = near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
                Failure::new(format!("`timeZoneId` is no time zone: `{name}`{near}"))
            })?,
        };
        Ok(Access { url, user, password, zone, veil })
    }
}
