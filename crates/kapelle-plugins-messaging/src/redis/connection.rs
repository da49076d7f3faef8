//! A connection to a server: who comes, which database, commands and their answers.

use kapelle_model::{Failure, Text};
use kapelle_plugin::{Broken, Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::reply::{Reply, advice, read};
use crate::address::Address;
use kapelle_plugin::wire::{Patience, Wire};

/// Where the server is.
#[derive(Deserialize, JsonSchema)]
pub(super) struct ServerProperties {
    /// The address of the server, with user, password and the number of the database, such as
    /// `redis://user:password@host:6379/0`. With `rediss` the connection is a secure one.
    url: Expr<Text>,
}

/// A command with its arguments.
#[derive(Clone)]
pub(super) struct Command(Vec<Vec<u8>>);

impl Command {
    pub(super) fn new(name: &str) -> Self {
        Self(vec![name.as_bytes().to_vec()])
    }

    #[must_use]
    pub(super) fn arg(mut self, argument: impl AsRef<[u8]>) -> Self {
        self.0.push(argument.as_ref().to_vec());
        self
    }

    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "numbers are as small as references to them")]
    pub(super) fn number(self, number: impl ToString) -> Self {
        self.arg(number.to_string())
    }

    fn name(&self) -> String {
        self.0.first().map_or_else(String::new, |name| String::from_utf8_lossy(name).into_owned())
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(format!("*{}\r\n", self.0.len()).as_bytes());
        for part in &self.0 {
            bytes.extend_from_slice(format!("${}\r\n", part.len()).as_bytes());
            bytes.extend_from_slice(part);
            bytes.extend_from_slice(b"\r\n");
        }
    }
}

pub(super) struct Connection {
    wire: Wire,
}

impl ServerProperties {
    /// Connects and says who comes.
    pub(super) async fn open(&self, cx: &RunContext) -> Result<Connection, Broken> {
        let address = Address::parse(&cx.render(&self.url)?, "url", &["redis", "rediss"])?;
        let database = match address.path.as_str() {
            "" => 0,
            path => path.parse::<u32>().map_err(|_| {
                Failure::new(
                    "what follows the port in `url` is no number of a database: write `redis://host:6379/0`",
                )
            })?,
        };
        let (host, port) = (address.host.as_str(), address.port.unwrap_or(6379));
        let client = cx.host.http();
        let mut wire = Wire::open(&cx.stop, host, port, Patience::USUAL, client.line(host, port)).await?;
        if address.scheme == "rediss" {
            wire = wire.secured(&client, false, "").await?;
        }
        let mut connection = Connection { wire };
        // A single word is the password, as clients of Redis have it.
        let login = match (&address.user, &address.password) {
            (Some(user), Some(password)) => {
                Some(Command::new("AUTH").arg(user.expose()).arg(password.expose()))
            }
            (Some(password), None) | (None, Some(password)) => {
                Some(Command::new("AUTH").arg(password.expose()))
            }
            (None, None) => None,
        };
        if let Some(login) = login {
            connection.ask(login).await?;
        }
        if database != 0 {
            connection.ask(Command::new("SELECT").number(database)).await?;
        }
        Ok(connection)
    }
}

impl Connection {
    /// The answer to a command. What the server refuses is a failure.
    pub(super) async fn ask(&mut self, command: Command) -> Result<Reply, Broken> {
        let answer = self.ask_all(std::slice::from_ref(&command)).await?.pop();
        Ok(answer.unwrap_or(Reply::Nothing))
    }

    /// The answers to commands that are sent at once.
    pub(super) async fn ask_all(&mut self, commands: &[Command]) -> Result<Vec<Reply>, Broken> {
        let mut bytes = Vec::new();
        for command in commands {
            command.write(&mut bytes);
        }
        self.wire.send(&bytes).await?;
        let mut answers = Vec::new();
        let mut refused = None;
        for command in commands {
            match read(&mut self.wire).await? {
                Reply::Error(error) => {
                    refused.get_or_insert_with(|| self.refused(&error, command));
                }
                answer => answers.push(answer),
            }
        }
        refused.map_or(Ok(answers), Err)
    }

    /// Commands of which all are done, or none: the answers; nothing where a key that was watched has changed.
    pub(super) async fn at_once(&mut self, commands: &[Command]) -> Result<Option<Vec<Reply>>, Broken> {
        let mut all = vec![Command::new("MULTI")];
        all.extend_from_slice(commands);
        all.push(Command::new("EXEC"));
        let Some(Reply::List(answers)) = self.ask_all(&all).await?.pop() else { return Ok(None) };
        for (answer, command) in answers.iter().zip(commands) {
            if let Reply::Error(error) = answer {
                return Err(self.refused(error, command));
            }
        }
        Ok(Some(answers))
    }

    fn refused(&self, error: &str, command: &Command) -> Broken {
        let name = command.name();
        let advice = advice(error, &name);
        Broken::new(format!("Redis at `{}` refuses `{name}`: {error}{advice}", self.wire.place()))
    }

    /// What an answer is that fits no question.
    pub(super) fn odd(&self, answer: &Reply) -> Broken {
        let kind = match answer {
            Reply::Nothing => "nothing",
            Reply::Word(_) => "a word",
            Reply::Number(_) => "a number",
            Reply::Bytes(_) => "a text",
            Reply::List(_) => "a list",
            Reply::Error(_) => "an error",
        };
        Broken::new(format!("Redis at `{}` answers {kind}, which was not expected", self.wire.place()))
    }

    /// The answer to a command that counts.
    pub(super) async fn count(&mut self, command: Command) -> Result<i64, Broken> {
        match self.ask(command).await? {
            Reply::Number(number) => Ok(number),
            other => Err(self.odd(&other)),
        }
    }

    /// The answer to a command that gives a content, if there is one.
    pub(super) async fn content(&mut self, command: Command) -> Result<Option<Vec<u8>>, Broken> {
        match self.ask(command).await? {
            Reply::Nothing => Ok(None),
            Reply::Bytes(bytes) => Ok(Some(bytes)),
            Reply::Word(word) => Ok(Some(word.into_bytes())),
            other => Err(self.odd(&other)),
        }
    }

    /// The answer to a command that gives contents.
    pub(super) async fn contents(&mut self, command: Command) -> Result<Vec<Vec<u8>>, Broken> {
        let Reply::List(answers) = self.ask(command).await? else { return Ok(Vec::new()) };
        answers
            .into_iter()
            .map(|answer| match answer {
                Reply::Bytes(bytes) => Ok(bytes),
                other => Err(self.odd(&other)),
            })
            .collect()
    }

    pub(super) async fn close(self) {
        self.wire.close().await;
    }
}
