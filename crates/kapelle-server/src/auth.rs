//! Who may come in: one administrator with a password, sessions of browsers, tokens of programs, proxies that are
//! believed, and how a server without an account gets one.
//!
//! What a request [presents](presented) is looked up here; whether that is enough is [decided](decide) by a pure function.
//! The store keeps [hashes](password) and digests, never a password or a token.

mod decide;
mod gate;
pub(crate) mod hex;
mod kept;
mod networks;
mod origin;
mod password;
mod presented;
mod sessions;
mod tokens;
mod tries;
mod verified;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::HeaderMap;
use kapelle_model::{Millis, Text};
use kapelle_store::error::Result as Stored;
use kapelle_store::transaction::Over;
use kapelle_store::{Store, StoreError};
use ring::hmac;
use tokio::sync::Semaphore;

use self::decide::{Proof, SetUp, may_set_up};
pub use self::gate::AccountGate;
use self::kept::Account;
pub(crate) use self::kept::Token;
pub use self::networks::Network;
pub(crate) use self::networks::{client, network};
use self::password::Hash;
use self::presented::{Credentials, Presented};
use self::sessions::Sessions;
pub use self::tries::Guesses;
use self::tries::Tries;
use self::verified::Verified;

/// Passwords that are checked at the same time: each takes 19 MiB and a core.
const CHECKS_MAX: usize = 2;

/// Different credentials that may stand in line beside each other.
const TURNS: usize = 16;

/// How long the code for the first account is good.
const CODE_LIFE_MS: i64 = 15 * 60_000;

/// Bytes of a password that are looked at; nobody has a longer one.
const PASSWORD_BYTES_MAX: usize = 4 * 256;

/// How long browsers keep the cookies of a session.
pub(crate) const SESSION_SECONDS: i64 = sessions::LIFE_MS / 1_000;

/// Who says which moment it is.
pub type Clock = Arc<dyn Fn() -> Millis + Send + Sync>;

/// What the configuration says about who may come in.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Nobody is asked who they are.
    pub is_open: bool,
    /// Beginnings of addresses at which nobody is asked.
    pub open_urls: Vec<String>,
    /// Proxies whose `Remote-User` and `Remote-Groups` are believed.
    pub proxies: Vec<Network>,
    /// Groups of which somebody named by a proxy has to be in one; none for everybody.
    pub groups: Vec<String>,
    /// The address that people reach the server at.
    pub url: Option<String>,
    /// Further names of the server, and pages of other servers that may change something.
    pub hosts: Vec<String>,
    pub origins: Vec<String>,
    /// Proxies that are believed when they say for whom they ask.
    pub forwarders: Vec<Network>,
    /// How often somebody may guess.
    pub guesses: Guesses,
}

/// Accounts, sessions and tokens of a server.
pub struct Accounts {
    store: Arc<dyn Store>,
    clock: Clock,
    policy: Policy,
    /// A key of this process.
    key: hmac::Key,
    account: Mutex<Option<Account>>,
    /// What passwords of unknown names are compared with, so that they take as long.
    nobody: Hash,
    sessions: Mutex<Sessions>,
    tries: Mutex<Tries>,
    verified: Mutex<Verified>,
    /// Who brings the same credentials at the same time waits for the one check of them.
    turns: [tokio::sync::Mutex<()>; TURNS],
    code: Option<Code>,
    checks: Semaphore,
}

/// What the server prints for who makes the first account.
struct Code {
    text: String,
    until: Millis,
}

/// What came of a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Checked {
    Right(Arc<str>),
    Wrong,
    /// In so many seconds again.
    Wait(u32),
}

/// Why an account is not made.
#[derive(Debug)]
pub(crate) enum NotMade {
    /// There is one, and this is not who it belongs to.
    Exists,
    /// It takes the code that the server printed at its start.
    NeedsCode,
    Wait(u32),
    /// A page of another server asks for it.
    Foreign,
    /// Name and password are not good enough, with the reasons.
    Weak(Vec<&'static str>),
    Store(StoreError),
}

/// Name and password of an account that somebody wants.
pub(crate) struct Wanted<'a> {
    pub(crate) username: &'a str,
    pub(crate) password: &'a str,
    pub(crate) code: Option<&'a str>,
}

impl Accounts {
    /// Takes the account of the configuration, or the one that is kept. What the configuration says wins, as it is.
    pub fn start(
        store: Arc<dyn Store>,
        clock: Clock,
        policy: Policy,
        configured: Option<(&str, &Text)>,
    ) -> Stored<Arc<Self>> {
        let now = clock();
        let mut account = kept::account(&*store)?;
        if let Some((username, password)) = configured {
            let password = password.expose();
            let is_kept =
                account.as_ref().is_some_and(|kept| *kept.username == *username && kept.hash.fits(password));
            if !is_kept {
                let new = Account { username: username.into(), hash: Hash::of(password, random()) };
                kept::put_account(&*store, &new, now, Over::Any)?;
                kept::end_sessions(&*store)?;
                account = Some(new);
            }
        }
        let code = (account.is_none() && !policy.is_open)
            .then(|| Code { text: code(random()), until: Millis(now.0 + CODE_LIFE_MS) });
        Ok(Arc::new(Self {
            sessions: Mutex::new(Sessions::restore(kept::sessions(&*store, now)?)),
            tries: Mutex::new(Tries::new(policy.guesses)),
            store,
            clock,
            policy,
            key: hmac::Key::new(hmac::HMAC_SHA256, &random::<32>()),
            account: Mutex::new(account),
            nobody: Hash::unknown(random(), random()),
            verified: Mutex::new(Verified::new()),
            turns: std::array::from_fn(|_| tokio::sync::Mutex::default()),
            code,
            checks: Semaphore::new(CHECKS_MAX),
        }))
    }

    /// The code for the first account, to be printed where only who runs the server reads it. None if there is an account.
    pub fn code(&self) -> Option<&str> {
        self.code.as_ref().map(|code| code.text.as_str())
    }

    /// Whether nobody has to make an account first.
    pub fn is_initialized(&self) -> bool {
        self.policy.is_open || lock(&self.account).is_some()
    }

    fn now(&self) -> Millis {
        (self.clock)()
    }

    /// Who a request comes from, as far as it can be believed.
    async fn proof(&self, presented: &Presented, headers: &HeaderMap, peer: IpAddr) -> Proof {
        match &presented.credentials {
            Credentials::Password { username, password } => {
                match self.check(self.client(headers, peer), username, password).await {
                    Checked::Right(name) => Proof::Header(name),
                    Checked::Wrong => Proof::Wrong,
                    Checked::Wait(seconds) => Proof::Wait(seconds),
                }
            }
            Credentials::Token(token) => self.token_user(token).await.map_or(Proof::Wrong, Proof::Header),
            Credentials::Unreadable => Proof::Wrong,
            Credentials::None => self.ambient(presented, headers, peer),
        }
    }

    /// What browsers and proxies add by themselves.
    fn ambient(&self, presented: &Presented, headers: &HeaderMap, peer: IpAddr) -> Proof {
        let session = presented.session.as_deref();
        if let Some(user) = session.and_then(|id| self.session_user(id)) {
            return Proof::Session(user);
        }
        if let Some(proof) = self.named_by_proxy(headers, peer) {
            return proof;
        }
        match (self.policy.is_open, session) {
            (true, _) => Proof::Open,
            (false, Some(_)) => Proof::Wrong,
            (false, None) => Proof::None,
        }
    }

    fn named_by_proxy(&self, headers: &HeaderMap, peer: IpAddr) -> Option<Proof> {
        if !self.is_proxy(peer) {
            return None;
        }
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let user: Arc<str> = text("remote-user").filter(|user| !user.is_empty())?.into();
        let mut groups = text("remote-groups").unwrap_or_default().split([',', ';', '|']).map(str::trim);
        let may = self.policy.groups.is_empty()
            || groups.any(|group| self.policy.groups.iter().any(|known| known == group));
        Some(if may { Proof::Proxy(user) } else { Proof::Stranger(user) })
    }

    fn is_proxy(&self, peer: IpAddr) -> bool {
        self.policy.proxies.iter().any(|network| network.has(peer))
    }

    /// Whose tries are counted: who a believed proxy says is behind it.
    fn client(&self, headers: &HeaderMap, peer: IpAddr) -> IpAddr {
        client(headers, peer, &self.policy.forwarders)
    }

    /// Checks a password. Right ones are remembered for a moment; wrong ones are counted.
    async fn check(&self, from: IpAddr, username: &str, password: &str) -> Checked {
        let key = verified::key(&self.key, username, password);
        if let Some(user) = lock(&self.verified).user(&key, self.now()) {
            return Checked::Right(user);
        }
        let _turn = self.turns[usize::from(key[0]) % TURNS].lock().await;
        if let Some(user) = lock(&self.verified).user(&key, self.now()) {
            return Checked::Right(user);
        }
        if let Err(seconds) = lock(&self.tries).take(from, username, self.now()) {
            return Checked::Wait(seconds);
        }
        if password.len() > PASSWORD_BYTES_MAX || !self.fits(username, password).await {
            return Checked::Wrong;
        }
        let user: Arc<str> = username.into();
        lock(&self.tries).give_back(from, username);
        lock(&self.verified).remember(key, Arc::clone(&user), self.now());
        Checked::Right(user)
    }

    /// Compares with what is kept, as slowly for names that nobody has.
    async fn fits(&self, username: &str, password: &str) -> bool {
        let account = lock(&self.account).clone();
        let known = account.filter(|account| *account.username == *username);
        let is_known = known.is_some();
        let hash = known.map_or_else(|| self.nobody.clone(), |account| account.hash);
        let password = Text::from(password).into_secret();
        let Ok(_place) = self.checks.acquire().await else { return false };
        let checked = tokio::task::spawn_blocking(move || hash.fits(password.expose())).await;
        checked.unwrap_or(false) && is_known
    }

    /// Checks a password and begins a session. Its id, for a cookie.
    pub(crate) async fn sign_in(
        &self,
        headers: &HeaderMap,
        peer: IpAddr,
        username: &str,
        password: &str,
    ) -> Result<String, Checked> {
        match self.check(self.client(headers, peer), username, password).await {
            Checked::Right(user) => Ok(self.begin(user).await),
            other => Err(other),
        }
    }

    /// A session that cannot be kept lives as long as the process: a full disk must not shut people out.
    async fn begin(&self, user: Arc<str>) -> String {
        let id = hex::write(&random::<32>());
        let (session, gone) = lock(&self.sessions).begin(&id, user, self.now());
        let store = Arc::clone(&self.store);
        let _unkept =
            tokio::task::spawn_blocking(move || kept::begin_session(&*store, &session, &gone)).await;
        id
    }

    /// Whose session it is. Now and then the store hears that it is used.
    fn session_user(&self, id: &str) -> Option<Arc<str>> {
        let mut sessions = lock(&self.sessions);
        let user = sessions.user(id, self.now())?;
        if let Some(session) = sessions.unwritten(id) {
            let store = Arc::clone(&self.store);
            let _detached = tokio::task::spawn_blocking(move || kept::touch_session(&*store, &session));
        }
        Some(user)
    }

    /// Puts a new session in the place of the one that a request has.
    pub(crate) async fn renew(&self, headers: &HeaderMap) -> Option<String> {
        let id = presented::read(headers).session?;
        let user = lock(&self.sessions).user(&id, self.now())?;
        self.end(&id).await.ok()?;
        Some(self.begin(user).await)
    }

    async fn end(&self, id: &str) -> Stored<()> {
        let Some(digest) = lock(&self.sessions).end(id) else { return Ok(()) };
        let store = Arc::clone(&self.store);
        let ended = tokio::task::spawn_blocking(move || kept::end_session(&*store, &digest)).await;
        ended.unwrap_or_else(|_| Err(lost_thread()))
    }

    /// Ends the session of a request, if it has one.
    pub(crate) async fn sign_out(&self, headers: &HeaderMap) -> Stored<()> {
        match presented::read(headers).session {
            Some(id) => self.end(&id).await,
            None => Ok(()),
        }
    }

    /// What pages of a session have to repeat when they change something. It follows from the id of the session, which
    /// nobody finds out from it, so that it is good after a restart too.
    pub(crate) fn csrf(session: &str) -> String {
        tokens::digest(&format!("csrf {session}"))
    }

    /// The same for the session of a request, if it has a good one.
    pub(crate) fn csrf_of(&self, headers: &HeaderMap) -> Option<String> {
        let id = presented::read(headers).session?;
        lock(&self.sessions).user(&id, self.now())?;
        Some(Self::csrf(&id))
    }

    fn has_csrf(&self, presented: &Presented) -> bool {
        let (Some(session), Some(given)) = (&presented.session, &presented.csrf) else { return false };
        // What is compared are keyed hashes: how long it takes tells nothing.
        let of = |text: &str| verified::key(&self.key, "compare", text);
        of(given) == of(&Self::csrf(session))
    }

    pub(crate) fn is_own_page(&self, headers: &HeaderMap) -> bool {
        origin::is_own(headers, self.policy.url.as_deref(), &self.policy.origins)
    }

    /// Makes the account of a server that has none, or changes it for who it belongs to. All sessions end.
    pub(crate) async fn make(
        &self,
        headers: &HeaderMap,
        peer: IpAddr,
        wanted: &Wanted<'_>,
    ) -> Result<(), NotMade> {
        if !self.is_own_page(headers) {
            return Err(NotMade::Foreign);
        }
        let exists = lock(&self.account).is_some();
        if exists {
            self.demand_owner(headers, peer).await?;
        } else {
            self.demand_code(headers, peer, wanted.code)?;
        }
        let complaints = password::complaints(wanted.username, wanted.password);
        if !complaints.is_empty() {
            return Err(NotMade::Weak(complaints));
        }
        let over = if exists { Over::Any } else { Over::Nothing };
        self.put(wanted.username, wanted.password, over).await
    }

    async fn demand_owner(&self, headers: &HeaderMap, peer: IpAddr) -> Result<(), NotMade> {
        let presented = presented::read(headers);
        match self.proof(&presented, headers, peer).await {
            Proof::Header(_) => Ok(()),
            Proof::Session(_) if self.has_csrf(&presented) => Ok(()),
            Proof::Wait(seconds) => Err(NotMade::Wait(seconds)),
            _ => Err(NotMade::Exists),
        }
    }

    fn demand_code(&self, headers: &HeaderMap, peer: IpAddr, given: Option<&str>) -> Result<(), NotMade> {
        const NAME: &str = "set-up code";
        let now = self.now();
        let from = self.client(headers, peer);
        let valid = self.code.as_ref().filter(|code| now < code.until).map(|code| code.text.as_str());
        if given.is_some() {
            lock(&self.tries).take(from, NAME, now).map_err(NotMade::Wait)?;
        }
        match may_set_up(origin::is_of_this_machine(headers, peer), given, valid) {
            SetUp::May => {
                lock(&self.tries).give_back(from, NAME);
                Ok(())
            }
            SetUp::NeedsCode | SetUp::WrongCode => Err(NotMade::NeedsCode),
        }
    }

    async fn put(&self, username: &str, password: &str, over: Over) -> Result<(), NotMade> {
        let (store, now) = (Arc::clone(&self.store), self.now());
        let (username, password): (Arc<str>, _) = (username.into(), Text::from(password).into_secret());
        let work = move || {
            let account = Account { username, hash: Hash::of(password.expose(), random()) };
            kept::put_account(&*store, &account, now, over)?;
            kept::end_sessions(&*store).map(|()| account)
        };
        let made = tokio::task::spawn_blocking(work).await;
        match made.map_err(|_| NotMade::Store(lost_thread()))? {
            Ok(account) => {
                *lock(&self.account) = Some(account);
                lock(&self.sessions).end_all();
                lock(&self.verified).forget_all();
                Ok(())
            }
            // Somebody else was faster.
            Err(StoreError::Conflict(_)) => Err(NotMade::Exists),
            Err(error) => Err(NotMade::Store(error)),
        }
    }

    async fn token_user(&self, token: &str) -> Option<Arc<str>> {
        let (key, now) = (verified::key(&self.key, "", token), self.now());
        if let Some(user) = lock(&self.verified).user(&key, now) {
            return Some(user);
        }
        let (store, digest) = (Arc::clone(&self.store), tokens::digest(token));
        let found = tokio::task::spawn_blocking(move || kept::token(&*store, &digest, now)).await;
        let token = found.ok()?.ok()??;
        // One that ends soon is looked up each time, so that it does not live on.
        if token.expires.is_none_or(|moment| moment.0 - now.0 > verified::GOOD_MS) {
            lock(&self.verified).remember(key, Arc::clone(&token.user), now);
        }
        Some(token.user)
    }

    /// Makes a token for somebody, good for so many milliseconds. It is shown this once.
    pub(crate) fn make_token(
        &self,
        user: Arc<str>,
        name: &str,
        description: &str,
        life_ms: Option<i64>,
    ) -> Stored<(String, Token)> {
        let now = self.now();
        let full = tokens::token(random());
        let token = Token {
            digest: tokens::digest(&full),
            name: name.to_owned(),
            description: description.to_owned(),
            user,
            created: now,
            expires: Some(Millis(now.0.saturating_add(life_ms.unwrap_or(tokens::LIFE_DEFAULT_MS)))),
        };
        kept::put_token(&*self.store, &token, now)?;
        Ok((full, token))
    }

    pub(crate) fn tokens(&self) -> Stored<Vec<Token>> {
        let now = self.now();
        Ok(kept::all_tokens(&*self.store)?.into_iter().filter(|token| token.is_good(now)).collect())
    }

    /// Whether there was one.
    pub(crate) fn remove_token(&self, id: &str) -> Stored<bool> {
        let was = kept::remove_token(&*self.store, id)?;
        lock(&self.verified).forget_all();
        Ok(was)
    }
}

fn lost_thread() -> StoreError {
    StoreError::Unknown("the thread of the store has ended".to_owned())
}

/// Three groups of four, without letters that look like others.
fn code(random: [u8; 12]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let letters: Vec<char> = random.iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// Random bytes of the machine. Without them nothing that depends on secrecy may go on.
fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the machine has random numbers");
    bytes
}

/// Whoever panicked left nothing half done: all changes are single calls.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
