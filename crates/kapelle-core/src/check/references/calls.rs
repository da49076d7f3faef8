//! Filters, functions and tests that do not exist, or are called in a way that they cannot be.

use super::{Checker, PROBLEMS_MAX, Template};
use crate::diagnostic::{Code, Diagnostic};
use crate::expression::builtin::{self, Kind};
use crate::expression::{Scan, Unknown};
use crate::suggest::is_typo;

impl<'a> Checker<'a, '_, '_> {
    pub(super) fn calls(&mut self, template: &Template<'a>, scan: &Scan<'a>) {
        for unknown in scan.unknown.iter().take(PROBLEMS_MAX) {
            self.unknown_call(template, unknown);
        }
        for misfit in scan.misfits.iter().take(PROBLEMS_MAX) {
            let span = self.span(template, &misfit.range);
            let found = Diagnostic::new(Code::ExpressionArgument, span, misfit.message.clone());
            self.cx.report(found.help_if(misfit.help.clone()));
        }
    }

    fn unknown_call(&mut self, template: &Template<'a>, unknown: &Unknown<'a>) {
        let (kind, name) = (unknown.kind, unknown.name);
        let span = self.span(template, &unknown.range);
        let message = format!("there is no {} `{name}`", kind.word());
        let found = Diagnostic::new(Code::ExpressionFunctionUnknown, span, message);
        if builtin::find(kind, name).is_some() {
            return self.cx.report(found.help("Kestra 2.0 has it no more"));
        }
        let others = [Kind::Filter, Kind::Function, Kind::Test].into_iter().filter(|other| *other != kind);
        if let Some(other) = others.into_iter().find(|other| builtin::find(*other, name).is_some()) {
            let written = match other {
                Kind::Filter => format!("value | {name}"),
                Kind::Function => format!("{name}(…)"),
                Kind::Test => format!("value is {name}"),
            };
            return self.cx.report(found.help(format!("it is a {}: `{written}`", other.word())));
        }
        let near = self.cx.nearest(name, builtin::names(kind));
        self.cx.report(match near {
            Some(near) if is_typo(name, near) => {
                found.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), span, near)
            }
            _ => found.help(format!("`kapelle expressions --kind {}` lists what there is", kind.word())),
        });
    }
}
