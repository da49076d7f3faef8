//! The two engines behind a pattern, and what is asked of them.

use std::ops::Range;

use super::compile::Failure;

/// Bytes of a compiled program: what it may take if it is small, if it is not, and at most.
const PROGRAM_BYTES: [usize; 3] = [PROGRAM_BYTES_SMALL, 128 << 10, PROGRAM_BYTES_MAX];
const PROGRAM_BYTES_SMALL: usize = 16 << 10;
const PROGRAM_BYTES_MAX: usize = 1 << 20;

/// Bytes of the program times bytes of the text. At worst a search looks at all of the program for each character, and
/// it cannot be stopped.
const WORK_MAX: usize = 1 << 38;

/// Bytes of the states that are kept while a text is searched.
const STATES_BYTES_MAX: usize = 256 << 10;

/// How often a search may go back.
const BACKTRACKS_MAX: usize = 1_000_000;

/// Groups inside groups.
const DEPTH_MAX: u32 = 200;

#[derive(Debug)]
pub(super) enum Engine {
    /// Takes time in proportion to the text, whatever the pattern.
    Linear { regex: regex::Regex, program_bytes: usize },
    /// Knows more, and gives up at a limit.
    Backtracking(Box<fancy_regex::Regex>),
}

/// Where the whole match and its groups are.
pub(super) type Spans = Vec<Option<Range<usize>>>;

impl Engine {
    pub(super) fn linear(pattern: &str) -> Result<Self, Failure> {
        for program_bytes in PROGRAM_BYTES {
            let built = regex::RegexBuilder::new(pattern)
                .size_limit(program_bytes)
                .dfa_size_limit(STATES_BYTES_MAX)
                .nest_limit(DEPTH_MAX)
                .build();
            match built {
                Ok(regex) => return Ok(Self::Linear { regex, program_bytes }),
                Err(regex::Error::CompiledTooBig(_)) => {}
                Err(_) => return Err(unsupported("it is too deeply nested, or part of it is not supported")),
            }
        }
        Err(Failure::PatternTooLarge)
    }

    pub(super) fn backtracking(pattern: &str) -> Result<Self, Failure> {
        use fancy_regex::{CompileError, Error};
        let built = fancy_regex::RegexBuilder::new(pattern)
            .backtrack_limit(BACKTRACKS_MAX)
            .delegate_size_limit(PROGRAM_BYTES_MAX)
            .delegate_dfa_size_limit(STATES_BYTES_MAX)
            .delegate_dfa_skip_cache_capacity_check(false)
            .max_prog_size(PROGRAM_BYTES_MAX / 16)
            .build();
        let error = match built {
            Ok(regex) => return Ok(Self::Backtracking(Box::new(regex))),
            Err(Error::CompileError(error)) => error,
            Err(_) => {
                return Err(unsupported("it is too deeply nested, or part of it is not supported"));
            }
        };
        Err(match *error {
            CompileError::LookBehindNotConst
            | CompileError::VariableLookBehindRequiresFeature
            | CompileError::FeatureNotYetSupported(_)
            | CompileError::DfaBuildError(..) => {
                unsupported("what `(?<=` or `(?<!` looks for is too variable; make it of a fixed length")
            }
            CompileError::PatternTooComplex => Failure::PatternTooLarge,
            CompileError::InnerError(error) if error.size_limit().is_some() => Failure::PatternTooLarge,
            _ => unsupported("part of it is not supported"),
        })
    }

    /// Whether it takes little enough memory that many of its kind can be kept.
    pub(super) fn is_small(&self) -> bool {
        matches!(self, Self::Linear { program_bytes: PROGRAM_BYTES_SMALL, .. })
    }

    /// The first match at or after the character border `at`.
    pub(super) fn find(&self, text: &str, at: usize) -> Result<Option<Range<usize>>, Failure> {
        match self {
            Self::Linear { regex, program_bytes } => {
                check_work(text, at, *program_bytes)?;
                Ok(regex.find_at(text, at).map(|found| found.range()))
            }
            Self::Backtracking(regex) => match regex.find_from_pos(text, at) {
                Ok(found) => Ok(found.map(|found| found.range())),
                Err(_) => Err(Failure::Backtracking),
            },
        }
    }

    /// The same with all groups.
    pub(super) fn captures(&self, text: &str, at: usize) -> Result<Option<Spans>, Failure> {
        match self {
            Self::Linear { regex, program_bytes } => {
                check_work(text, at, *program_bytes)?;
                let captures = regex.captures_at(text, at);
                Ok(captures.map(|found| found.iter().map(|group| group.map(|group| group.range())).collect()))
            }
            Self::Backtracking(regex) => match regex.captures_from_pos(text, at) {
                Ok(found) => Ok(found.map(|captures| {
                    (0..captures.len()).map(|index| captures.get(index).map(|group| group.range())).collect()
                })),
                Err(_) => Err(Failure::Backtracking),
            },
        }
    }
}

fn check_work(text: &str, at: usize, program_bytes: usize) -> Result<(), Failure> {
    let work = text.len().saturating_sub(at).saturating_mul(program_bytes);
    if work > WORK_MAX { Err(Failure::TextTooLarge) } else { Ok(()) }
}

fn unsupported(reason: &str) -> Failure {
    Failure::Pattern { reason: reason.into(), at: 0 }
}
