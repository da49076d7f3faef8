//! Sending JSON to a service and reading what it answers, with patience where it asks for patience.

mod recordings;

use std::time::Duration;

use jiff::SignedDuration;
use kapelle_http::{Client, Header, Payload, Piece, Request, Response, Timeouts, Url};
use kapelle_model::effect::Level;
use kapelle_model::{MASK, Text};
use kapelle_plugin::{Broken, RunContext};
use serde_json::Value as Json;

use crate::chat::{items_at, text_at};

/// Bytes of an answer.
const ANSWER_MAX: usize = 64 << 20;

/// Characters of an answer that an error shows.
const SHOWN_MAX: usize = 600;

/// How often something is asked again.
const AGAIN_MAX: u32 = 3;

/// The longest wait until it is asked again; who wants longer ones has `retry`.
const WAIT_MAX: SignedDuration = SignedDuration::from_secs(60);

/// How long an answer may let wait. Who has less time says so by `timeout` of the task.
const IDLE: Duration = Duration::from_mins(10);

/// What is sent, and to whom.
pub(crate) struct Letter<'l> {
    /// Who is asked, for people.
    pub(crate) who: &'l str,
    pub(crate) client: &'l Client,
    pub(crate) url: String,
    pub(crate) headers: Vec<Header>,
    pub(crate) body: Body<'l>,
    /// What is said where the key is refused.
    pub(crate) key_hint: &'l str,
}

pub(crate) enum Body<'l> {
    /// Nothing: the letter only asks.
    Nothing,
    Json(&'l Json),
    /// Names and values.
    Form(&'l [(&'l str, &'l str)]),
}

/// The answer to a letter, as JSON.
pub(crate) async fn post(cx: &RunContext, letter: &Letter<'_>) -> Result<Json, Broken> {
    let content = letter.body.content();
    if let Some(recorded) = recordings::find(cx, letter, &content)? {
        return Ok(recorded);
    }
    for tried in 0.. {
        cx.go_on()?;
        let sent = unless_stopped(cx, letter.client.send(&request(letter, &content)?)).await?;
        let trouble = match sent {
            Ok(mut response) if response.status < 400 => {
                let answer = read(cx, letter, &mut response).await?;
                recordings::keep(cx, letter, &content, &answer)?;
                return Ok(answer);
            }
            Ok(response) => Trouble::told(cx, letter, response).await?,
            Err(error) => Trouble::unheard(error),
        };
        let Some(wait) = trouble.patience(tried) else {
            return Err(Broken::new(trouble.words(letter)));
        };
        let (words, again) = (trouble.short(letter), tried + 1);
        cx.log(Level::Warn, format!("{words}; asking again in {wait:#} ({again} of {AGAIN_MAX})"));
        if cx.stop.run_until_cancelled(cx.host.sleep(wait)).await.is_none() {
            return Err(Broken::killed());
        }
    }
    Err(Broken::killed())
}

fn request(letter: &Letter<'_>, content: &str) -> Result<Request, Broken> {
    let url = Url::parse(&letter.url).map_err(|reason| {
        Broken::new(format!("`{}` is no address of {}: {reason}", letter.url, letter.who))
    })?;
    let (method, kind) = match letter.body {
        Body::Nothing => ("GET", None),
        Body::Json(_) => ("POST", Some("application/json")),
        Body::Form(_) => ("POST", Some("application/x-www-form-urlencoded")),
    };
    let mut headers: Vec<Header> = kind.map(|kind| Header::new("Content-Type", kind)).into_iter().collect();
    headers.push(Header::new("Accept", "application/json"));
    headers.extend(letter.headers.iter().cloned());
    let payload = Payload::of(kind.map(|_| Piece::Bytes(content.as_bytes().to_vec().into())));
    Ok(Request {
        method: method.to_owned(),
        headers,
        payload,
        timeouts: Timeouts { idle: IDLE, ..Timeouts::default() },
        ..Request::get(url)
    })
}

/// Waits for something, unless the attempt has to end.
pub(crate) async fn unless_stopped<T>(cx: &RunContext, work: impl Future<Output = T>) -> Result<T, Broken> {
    cx.stop.run_until_cancelled(work).await.ok_or_else(Broken::killed)
}

async fn read(cx: &RunContext, letter: &Letter<'_>, response: &mut Response) -> Result<Json, Broken> {
    let bytes = unless_stopped(cx, response.bytes(ANSWER_MAX)).await?;
    let bytes = bytes.map_err(|error| Broken::new(error.message))?;
    serde_json::from_slice(&bytes).map_err(|_| {
        let start: String = String::from_utf8_lossy(&bytes).chars().take(SHOWN_MAX).collect();
        Broken::new(format!(
            "the answer of {} is no JSON: is `{}` its address? It begins:\n{start}",
            letter.who, letter.url
        ))
    })
}

/// Why there is no answer to work with.
struct Trouble {
    status: Option<u16>,
    said: String,
    /// It may be different soon.
    passes: bool,
    /// How long somebody asks to wait.
    wait: Option<SignedDuration>,
}

impl Trouble {
    fn unheard(error: kapelle_http::HttpError) -> Self {
        use kapelle_http::Kind;
        let passes = matches!(error.kind, Kind::Connection | Kind::Timeout);
        Self { status: None, said: error.message, passes, wait: None }
    }

    async fn told(cx: &RunContext, letter: &Letter<'_>, mut response: Response) -> Result<Self, Broken> {
        let asked = response.header("retry-after").and_then(|text| wait_of(cx, text));
        let status = response.status;
        // What cannot be read says as little as what is not there.
        let bytes = unless_stopped(cx, response.bytes(1 << 20)).await?.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let json: Json = serde_json::from_str(&text).unwrap_or_default();
        let passes =
            matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504 | 529) && !is_out_of_money(&json);
        let said = reason(&json).unwrap_or(text);
        let said: String = said.trim().chars().take(SHOWN_MAX).collect();
        Ok(Self {
            status: Some(status),
            said: letter.hides(&said),
            passes,
            wait: asked.or_else(|| delay(&json)),
        })
    }

    /// How long to wait until it is asked again: as long as somebody asks for, else 1 s, 2 s, 4 s.
    fn patience(&self, tried: u32) -> Option<SignedDuration> {
        if !self.passes || tried >= AGAIN_MAX {
            return None;
        }
        match self.wait {
            Some(wait) => Some(wait).filter(|wait| *wait <= WAIT_MAX),
            None => Some(SignedDuration::from_secs(1 << tried)),
        }
    }

    /// Status and reason in one line.
    fn short(&self, letter: &Letter<'_>) -> String {
        match self.status {
            Some(status) => {
                format!("{} answers {status}: {}", letter.who, self.said.lines().next().unwrap_or_default())
            }
            None => format!("{} cannot be reached: {}", letter.who, self.said),
        }
    }

    fn words(&self, letter: &Letter<'_>) -> Text {
        let who = letter.who;
        let short = match self.status {
            Some(status) => format!("{who} answers {status}: {}", self.said),
            None => self.short(letter),
        };
        let hint = match self.status {
            Some(401 | 403) => letter.key_hint.to_owned(),
            Some(404) => "check the name of the model and the address".to_owned(),
            Some(429) => match self.wait {
                Some(wait) => {
                    format!("it asks to wait {wait:#}: give the task a `retry` with such an interval")
                }
                None => "it wants fewer questions: give the task a `retry`, or the flow a `concurrency`"
                    .to_owned(),
            },
            Some(413) => "ask for less at once".to_owned(),
            Some(status) if status >= 500 => "the trouble is on its side: give the task a `retry`".to_owned(),
            None => "check the address, and whether this machine may go there".to_owned(),
            _ => return short.into(),
        };
        format!("{short}\n{hint}").into()
    }
}

impl Body<'_> {
    fn content(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Json(json) => json.to_string(),
            Self::Form(pairs) => {
                let pairs = pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
                pairs.collect::<Vec<_>>().join("&")
            }
        }
    }
}

/// Bytes in small hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// A text as a part of an address or of a form.
pub(crate) fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Memory takes text.
            let _written = write!(out, "%{byte:02X}");
        }
    }
    out
}

impl Letter<'_> {
    /// A text without the keys that are sent with the letter.
    fn hides(&self, text: &str) -> String {
        let secrets = self.headers.iter().filter(|header| header.is_secret);
        secrets.fold(text.to_owned(), |text, header| {
            let key = header.value.strip_prefix("Bearer ").unwrap_or(&header.value);
            if key.is_empty() { text } else { text.replace(key, MASK) }
        })
    }
}

/// What a service says went wrong, wherever it says it.
fn reason(json: &Json) -> Option<String> {
    let json = json.get(0).unwrap_or(json);
    let places = ["/error/message", "/message", "/error", "/errors/0/message", "/detail"];
    places.iter().find_map(|place| text_at(json, place)).map(str::to_owned)
}

/// No money is nothing that passes.
fn is_out_of_money(json: &Json) -> bool {
    text_at(json, "/error/code") == Some("insufficient_quota")
        || text_at(json, "/error/type") == Some("insufficient_quota")
}

/// A number of seconds, or a date.
fn wait_of(cx: &RunContext, text: &str) -> Option<SignedDuration> {
    if let Ok(seconds) = text.trim().parse::<f64>() {
        return SignedDuration::try_from_secs_f64(seconds.max(0.0)).ok();
    }
    let moment = jiff::fmt::rfc2822::parse(text.trim()).ok()?.timestamp();
    let wait = moment.duration_since(cx.services.now().ok()?);
    Some(wait.max(SignedDuration::ZERO))
}

/// The wait that Google asks for within its answer.
fn delay(json: &Json) -> Option<SignedDuration> {
    let mut details = items_at(json, "/error/details").iter();
    let text = details.find_map(|detail| text_at(detail, "/retryDelay"))?;
    SignedDuration::try_from_secs_f64(text.strip_suffix('s')?.parse().ok()?).ok()
}
