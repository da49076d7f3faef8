//! Under which conditions a key is written, and how long it stays.

use jiff::{SignedDuration, Zoned};
use kapelle_model::Failure;
use kapelle_plugin::{Broken, Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::connection::{Command, Connection};
use super::reply::Reply;

#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct OptionsProperties {
    /// How long the key stays.
    expiration_duration: Option<Expr<SignedDuration>>,
    /// Until when the key stays.
    expiration_date: Option<Expr<Zoned>>,
    /// Whether the key stays as long as it would have stayed without this.
    keep_ttl: Option<Expr<bool>>,
    /// Whether nothing is written unless the key is there.
    must_exist: Option<Expr<bool>>,
    /// Whether nothing is written if the key is there.
    must_not_exist: Option<Expr<bool>>,
}

/// The same, rendered.
#[derive(Default)]
pub(super) struct Options {
    pub(super) stays: Stays,
    pub(super) condition: Option<Condition>,
}

#[derive(Clone, Copy, Default)]
pub(super) enum Stays {
    /// As the command has it.
    #[default]
    Unsaid,
    Kept,
    /// Milliseconds from now on.
    For(i64),
    /// Milliseconds since 1970.
    Until(i64),
}

#[derive(Clone, Copy)]
pub(super) enum Condition {
    Exists,
    IsNew,
}

impl Condition {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Exists => "XX",
            Self::IsNew => "NX",
        }
    }
}

impl OptionsProperties {
    pub(super) fn read(written: Option<&Self>, cx: &RunContext) -> Result<Options, Failure> {
        let Some(written) = written else { return Ok(Options::default()) };
        let holds = |property: &Option<Expr<bool>>| Ok(cx.filled(property.as_ref())?.unwrap_or(false));
        let duration = cx.filled(written.expiration_duration.as_ref())?;
        let date = cx.filled(written.expiration_date.as_ref())?;
        let stays = match (duration, date, holds(&written.keep_ttl)?) {
            (None, None, false) => Stays::Unsaid,
            (None, None, true) => Stays::Kept,
            (Some(duration), None, false) if duration.is_positive() => {
                Stays::For(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX).max(1))
            }
            (Some(_), None, false) => {
                return Err(Failure::new(
                    "`expirationDuration` is not positive: write how long the key stays, such as `PT1H`",
                ));
            }
            (None, Some(date), false) => Stays::Until(date.timestamp().as_millisecond()),
            _ => {
                return Err(Failure::new(
                    "`expirationDuration`, `expirationDate` and `keepTtl` exclude each other: write one of them",
                ));
            }
        };
        let condition = match (holds(&written.must_exist)?, holds(&written.must_not_exist)?) {
            (false, false) => None,
            (true, false) => Some(Condition::Exists),
            (false, true) => Some(Condition::IsNew),
            (true, true) => {
                return Err(Failure::new(
                    "`mustExist` and `mustNotExist` exclude each other: write one of them",
                ));
            }
        };
        Ok(Options { stays, condition })
    }
}

impl Options {
    /// The commands that change a key, with the one that says how long it stays. For commands that know no conditions of
    /// their own. Nothing where the condition does not hold.
    pub(super) async fn change(
        &self,
        connection: &mut Connection,
        key: &str,
        commands: Vec<Command>,
    ) -> Result<Option<Vec<Reply>>, Broken> {
        let mut commands = commands;
        match self.stays {
            Stays::Unsaid | Stays::Kept => {}
            Stays::For(millis) => commands.push(Command::new("PEXPIRE").arg(key).number(millis)),
            Stays::Until(millis) => commands.push(Command::new("PEXPIREAT").arg(key).number(millis)),
        }
        if let Some(condition) = self.condition {
            // What is seen now still holds when the commands are done, or they are not.
            connection.ask(Command::new("WATCH").arg(key)).await?;
            let exists = connection.count(Command::new("EXISTS").arg(key)).await? > 0;
            if exists != matches!(condition, Condition::Exists) {
                return Ok(None);
            }
        }
        let answers = connection.at_once(&commands).await?;
        answers.map(Some).ok_or_else(|| {
            Broken::new(format!(
                "the key `{key}` was changed by somebody else meanwhile, and nothing was written: try again"
            ))
        })
    }
}
