//! JDBC URLs: where a database is, and how it wants to be talked to.

/// Servers that are tried, at most.
const HOSTS_MAX: usize = 20;

/// A JDBC URL in its parts. It may hold a password, so that nothing shows it whole.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct JdbcUrl {
    /// What stands between the name of the database system and `//`, such as `https`.
    pub(crate) protocol: Option<String>,
    /// Servers in the order in which they are tried, with their ports; none where the URL names none.
    pub(crate) hosts: Vec<(String, Option<u16>)>,
    /// The database, or the path of a file.
    pub(crate) database: String,
    user_info: Option<(String, Option<String>)>,
    parameters: Vec<(String, String)>,
}

impl JdbcUrl {
    /// Reads a URL of one of these database systems; the first is the one that is named in messages. `Err` says what is
    /// wrong, without showing the URL.
    pub(crate) fn parse(text: &str, systems: &[&str]) -> Result<Self, String> {
        let wanted = systems.first().copied().unwrap_or_default();
        let form = format!("it begins with `jdbc:{wanted}:`");
        let text = text.trim();
        let (jdbc, rest) = text.split_once(':').ok_or(format!("the `url` is no JDBC URL: {form}"))?;
        if !jdbc.eq_ignore_ascii_case("jdbc") {
            return Err(format!("the `url` is no JDBC URL: {form}"));
        }
        let (system, rest) = rest.split_once(':').unwrap_or((rest, ""));
        if !systems.iter().any(|known| known.eq_ignore_ascii_case(system)) {
            let shown: String = system.chars().take(30).filter(char::is_ascii_alphanumeric).collect();
            return Err(format!("the `url` is one of `{shown}`, and this task needs another: {form}"));
        }
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut url = Self { parameters: parameters(query)?, ..Self::default() };
        match place.split_once("//") {
            Some((protocol, place)) => {
                url.protocol = protocol.strip_suffix(':').map(str::to_ascii_lowercase);
                if url.protocol.is_none() && !protocol.is_empty() {
                    return Err(format!("the `url` has something odd before `//`: {form}"));
                }
                url.read_place(place)?;
            }
            None => url.database = decoded(place)?,
        }
        Ok(url)
    }

    /// Servers and database.
    fn read_place(&mut self, place: &str) -> Result<(), String> {
        let (authority, database) = place.split_once('/').unwrap_or((place, ""));
        self.database = decoded(database)?;
        let servers = match authority.rsplit_once('@') {
            Some((user_info, servers)) => {
                let (user, password) = match user_info.split_once(':') {
                    Some((user, password)) => (user, Some(decoded(password)?)),
                    None => (user_info, None),
                };
                self.user_info = Some((decoded(user)?, password));
                servers
            }
            None => authority,
        };
        for server in servers.split(',').map(str::trim).filter(|server| !server.is_empty()) {
            self.hosts.push(host_and_port(server)?);
        }
        if self.hosts.len() > HOSTS_MAX {
            return Err(format!("the `url` names more than {HOSTS_MAX} servers"));
        }
        Ok(())
    }

    /// A parameter that is not empty. The case of its name means nothing.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().rev().find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// A parameter that says yes or no.
    pub(crate) fn says(&self, name: &str) -> bool {
        self.parameter(name)
            .is_some_and(|value| ["true", "yes", "on", "1"].iter().any(|yes| value.eq_ignore_ascii_case(yes)))
    }

    /// A parameter that is there, and says no.
    pub(crate) fn denies(&self, name: &str) -> bool {
        self.parameter(name).is_some() && !self.says(name)
    }

    pub(crate) fn user(&self) -> Option<&str> {
        let written = self.user_info.as_ref().map(|(user, _)| user.as_str()).filter(|user| !user.is_empty());
        written.or_else(|| self.parameter("user"))
    }

    pub(crate) fn password(&self) -> Option<&str> {
        self.user_info
            .as_ref()
            .and_then(|(_, password)| password.as_deref())
            .or_else(|| self.parameter("password"))
    }

    /// The parameters that are not among these, which have a meaning of their own.
    pub(crate) fn other_parameters<'u>(
        &'u self,
        known: &'u [&str],
    ) -> impl Iterator<Item = (&'u str, &'u str)> {
        let others = self.parameters.iter();
        let others = others.filter(|(name, _)| !known.iter().any(|known| known.eq_ignore_ascii_case(name)));
        others.map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

fn host_and_port(server: &str) -> Result<(String, Option<u16>), String> {
    if server.contains(['(', '=']) {
        return Err("the `url` describes its servers with `(key=value)`, which is not understood: write `host:port`, with commas between several".to_owned());
    }
    let (host, port) = match server.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']').ok_or("the `url` has a `[` without `]`")?;
            (host, rest.strip_prefix(':'))
        }
        None => match server.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (server, None),
        },
    };
    if host.is_empty() {
        return Err("the `url` has no host before its port".to_owned());
    }
    let port = port.filter(|port| !port.is_empty()).map(str::parse).transpose();
    let port = port.map_err(|_| "the port in the `url` is no number from 0 to 65535")?;
    Ok((host.to_owned(), port))
}

fn parameters(query: &str) -> Result<Vec<(String, String)>, String> {
    let pairs = query.split(['&', ';']).filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, "true"));
            Ok((decoded(name)?, decoded(value)?))
        })
        .collect()
}

/// A part of a URL without its `%` forms.
fn decoded(text: &str) -> Result<String, String> {
    if !text.contains('%') {
        return Ok(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        if let (b'%', Some(high), Some(low)) = (first, digit(0), digit(1)) {
            bytes.push((high * 16 + low) as u8);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).map_err(|_| "the `url` has a part with `%` that is no text in UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(url: &str) -> String {
        match JdbcUrl::parse(url, &["postgresql", "pg"]) {
            Ok(url) => {
                let protocol = url.protocol.clone().unwrap_or_default();
                let (user, password) = (url.user().unwrap_or("-"), url.password().unwrap_or("-"));
                format!("{protocol}|{:?}|{}|{user}|{password}", url.hosts, url.database)
            }
            Err(reason) => reason,
        }
    }

    #[test]
    fn urls_are_read_in_all_their_forms() {
        for (url, parts) in [
            ("jdbc:postgresql://db:5433/shop", r#"|[("db", Some(5433))]|shop|-|-"#),
            ("jdbc:postgresql://db/shop?user=ann&password=a%26b", r#"|[("db", None)]|shop|ann|a&b"#),
            ("jdbc:postgresql://ann:p%40ss@db/shop", r#"|[("db", None)]|shop|ann|p@ss"#),
            ("jdbc:postgresql://a,b:1/", r#"|[("a", None), ("b", Some(1))]||-|-"#),
            ("jdbc:postgresql://[::1]:5432/x", r#"|[("::1", Some(5432))]|x|-|-"#),
            ("jdbc:pg:shop", "|[]|shop|-|-"),
            ("JDBC:PostgreSQL:https://db:8443/x", r#"https|[("db", Some(8443))]|x|-|-"#),
            ("jdbc:postgresql:", "|[]||-|-"),
        ] {
            assert_eq!(told(url), parts, "{url}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_showing_the_url() {
        for (url, reason) in [
            ("postgres://ann:canary@db/x", "the `url` is no JDBC URL: it begins with `jdbc:postgresql:`"),
            (
                "jdbc:mysql://ann:canary@db/x",
                "the `url` is one of `mysql`, and this task needs another: it begins with `jdbc:postgresql:`",
            ),
            ("jdbc:postgresql://ann:canary@db:x/y", "the port in the `url` is no number from 0 to 65535"),
            ("jdbc:postgresql://[::1/x?password=canary", "the `url` has a `[` without `]`"),
        ] {
            assert_eq!(told(url), reason);
        }
    }

    #[test]
    fn parameters_are_found_whatever_their_case() {
        let url = JdbcUrl::parse("jdbc:pg://h/d?SSLMode=require&useSSL&empty=", &["pg"]).unwrap();
        assert_eq!(url.parameter("sslmode"), Some("require"));
        assert!(url.says("usessl") && !url.says("sslmode"));
        assert!(url.denies("sslmode") && !url.denies("usessl") && !url.denies("empty"));
        assert_eq!(url.parameter("empty"), None);
        let others: Vec<_> = url.other_parameters(&["sslmode", "empty"]).collect();
        assert_eq!(others, [("useSSL", "true")]);
    }
}
