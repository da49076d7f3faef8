//! `kapelle eval --jsonl`: a request on each line, an answer on each line, for programs.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

use anyhow::Context;
use kapelle_core::expression::environment::{Environment, Settings};
use kapelle_core::expression::{Error, Problem, Template};
use kapelle_core::language::Language;
use kapelle_model::Value;

use super::Arguments;
use super::answer::{self, Failure};
use super::request::{Refused, Request};
use super::world::{Given, World};
use crate::outcome::{Ending, Outcome};

/// Bytes of a request. Larger data belongs into files.
const LINE_BYTES_MAX: usize = 8 << 20;

/// Templates that are kept: clients ask for the same few with other variables.
const KEPT_MAX: usize = 1000;

/// Bytes of a template that is kept.
const KEPT_BYTES_MAX: usize = 4096;

pub(super) fn run(arguments: &Arguments, given: Option<&Given>) -> Ending {
    let server = Server {
        arguments,
        given,
        settings: super::settings(arguments, given),
        time: Duration::from_millis(arguments.time_limit),
    };
    let input = BufReader::with_capacity(1 << 16, io::stdin().lock());
    let output = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    match server.serve(input, output) {
        // A client that has heard enough is no error.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Outcome::Ok),
        result => Ok(result.context("cannot go on answering").map(|()| Outcome::Ok)?),
    }
}

struct Server<'a> {
    arguments: &'a Arguments,
    given: Option<&'a Given>,
    settings: Settings,
    time: Duration,
}

type Kept = HashMap<(Language, String), Rc<Template>>;

impl Server<'_> {
    fn serve<R: Read>(&self, mut input: BufReader<R>, mut output: impl Write) -> io::Result<()> {
        let mut kept = Kept::new();
        let mut line = Vec::new();
        loop {
            line.clear();
            let length = (&mut input).take(LINE_BYTES_MAX as u64 + 1).read_until(b'\n', &mut line)?;
            if length == 0 {
                break;
            }
            let answer = if length > LINE_BYTES_MAX && !line.ends_with(b"\n") {
                skip_line(&mut input)?;
                let message = format!("the line has more than {LINE_BYTES_MAX} bytes");
                answer::failure(&Value::Null, &Failure::of_request(message))
            } else {
                self.answer(&line, &mut kept)
            };
            output.write_all(answer.as_bytes())?;
            // Who waits for the answer gets it; who sends many requests at once is not slowed down.
            if input.buffer().is_empty() {
                output.flush()?;
            }
        }
        output.flush()
    }

    fn answer(&self, line: &[u8], kept: &mut Kept) -> String {
        let request = match Request::read(line, self.arguments) {
            Ok(request) => request,
            Err(Refused { id, message }) => return answer::failure(&id, &Failure::of_request(message)),
        };
        // A mistake of ours must not keep the other requests from being answered.
        catch_unwind(AssertUnwindSafe(|| self.evaluate(&request, kept))).unwrap_or_else(|_| {
            let failure = Failure {
                category: "internal",
                message: "this is a mistake in kapelle, not in your template".to_owned(),
                place: None,
                help: Some("please report it together with the request".to_owned()),
            };
            answer::failure(&request.id, &failure)
        })
    }

    fn evaluate(&self, request: &Request, kept: &mut Kept) -> String {
        let template = match compiled(request, kept) {
            Ok(template) => template,
            Err(problems) => {
                let failure = problems.first().map_or_else(
                    || Failure::of_request("the template cannot be read".to_owned()),
                    |problem| Failure::of_error(&Error::unreadable(problem, &request.template)),
                );
                return answer::failure(&request.id, &failure);
            }
        };
        let given = request.setup.as_ref().or(self.given);
        let settings = Settings {
            language: request.language,
            recursive: request.recursive,
            hide_secrets: given.is_some_and(Given::hides_secrets),
            ..self.settings.clone()
        };
        let world = World::new(given, self.time);
        let environment = Environment { context: &*request.context, services: &world, settings: &settings };
        let outcome = if request.typed {
            template.value(environment)
        } else {
            template.render(environment).map(|text| Value::Str(text.unwrap_or_default()))
        };
        match outcome {
            Ok(value) => answer::value(&request.id, &value, request.show_secrets, &settings.zone),
            Err(error) => answer::failure(&request.id, &Failure::of_error(&error)),
        }
    }
}

fn compiled(request: &Request, kept: &mut Kept) -> Result<Rc<Template>, Vec<Problem>> {
    let key = (request.language, request.template.expose().to_owned());
    if let Some(template) = kept.get(&key) {
        return Ok(Rc::clone(template));
    }
    let template = Rc::new(Template::compile(request.template.clone(), request.language)?);
    if key.1.len() <= KEPT_BYTES_MAX {
        if kept.len() == KEPT_MAX {
            kept.clear();
        }
        kept.insert(key, Rc::clone(&template));
    }
    Ok(template)
}

/// Goes behind the end of a line that is too long to keep.
fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let newline = buffer.iter().position(|byte| *byte == b'\n');
        let used = newline.map_or(buffer.len(), |at| at + 1);
        input.consume(used);
        if newline.is_some() {
            return Ok(());
        }
    }
}
