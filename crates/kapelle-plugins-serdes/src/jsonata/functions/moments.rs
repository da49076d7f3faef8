//! Functions of moments.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use kapelle_model::Value;

use super::pictures::{Picture, offset};
use super::{Arguments, BuiltIn, Data, Outcome, function, nothing, text};

/// How moments are written and read where nothing else is said.
const USUAL: &str = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]";

/// A moment as text, by the picture and the zone that begin at this argument.
fn written(moment: Timestamp, arguments: &mut Arguments, from: usize) -> Outcome {
    let picture = arguments.text(from)?;
    let picture = Picture::read(picture.as_deref().unwrap_or(USUAL))?;
    let offset = arguments.text(from + 1)?.map_or(Ok(Offset::UTC), |zone| offset(&zone))?;
    text(picture.write(&moment.to_zoned(TimeZone::fixed(offset)))?)
}

pub(super) const FUNCTIONS: &[BuiltIn] = &[
    function("now", 0, 2, |evaluation, mut arguments| written(evaluation.world.now, &mut arguments, 0)),
    function("millis", 0, 0, |evaluation, _| {
        Ok(Data::One(Value::Int(evaluation.world.now.as_millisecond())))
    }),
    function("toMillis", 1, 2, |evaluation, mut arguments| match (arguments.value(0), arguments.text(1)?) {
        (None, _) => nothing(),
        (Some(Value::Instant(moment)), _) => Ok(Data::One(Value::Int(moment.as_millisecond()))),
        (Some(Value::Zoned(moment)), _) => Ok(Data::One(Value::Int(moment.timestamp().as_millisecond()))),
        (Some(Value::Str(moment)), Some(picture)) => {
            let moment = Picture::read(&picture)?.moment(moment.expose(), evaluation.world.now)?;
            Ok(moment.map(|moment| Value::Int(moment.as_millisecond())).into())
        }
        (Some(Value::Str(moment)), None) => {
            let moment = kapelle_core::time::date::date_time_with_zone(moment.expose())?;
            Ok(Data::One(Value::Int(moment.timestamp().as_millisecond())))
        }
        (Some(_), _) => {
            Err("the argument has to be a moment as text, such as 2026-05-06T07:08:09Z".to_owned())
        }
    }),
    function("fromMillis", 1, 3, |_, mut arguments| {
        let Some(millis) = arguments.whole(0)? else { return nothing() };
        let moment = Timestamp::from_millisecond(millis).map_err(|_| "the moment is too far away")?;
        written(moment, &mut arguments, 1)
    }),
];
