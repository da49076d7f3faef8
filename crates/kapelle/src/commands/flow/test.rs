//! `kapelle flow test`.

use clap::Args;

use crate::commands::run;
use crate::outcome::{Ending, Stop};

/// Run a flow on this machine, as `kapelle run` does
#[derive(Debug, Args)]
pub(crate) struct Test {
    #[command(flatten)]
    run: run::Arguments,

    /// Values for inputs, each behind its name
    #[arg(value_name = "NAME VALUE")]
    pairs: Vec<String>,
}

pub(super) fn run(arguments: &Test) -> Ending {
    run::run_with(&arguments.run, &inputs(&arguments.pairs)?)
}

/// Names and values in the form that `kapelle run` takes.
fn inputs(pairs: &[String]) -> Result<Vec<String>, Stop> {
    if let [.., name] = pairs
        && !pairs.len().is_multiple_of(2)
    {
        return Err(Stop::Usage(format!("the input `{name}` has no value: write it behind the name")));
    }
    Ok(pairs.chunks(2).map(|pair| pair.join("=")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_come_in_pairs() {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(inputs(&texts(&["a", "1", "b", "x=y"])).ok(), Some(texts(&["a=1", "b=x=y"])));
        assert!(matches!(inputs(&texts(&["a", "1", "b"])), Err(Stop::Usage(_))));
    }
}
