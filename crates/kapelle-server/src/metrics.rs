//! Numbers about the server itself, as Prometheus reads them.
//!
//! What happens is counted while it happens ([`Requests`], [`Tally`]); what stands somewhere is asked for when somebody
//! looks ([`crate::handlers::metrics`]). Names and labels are those that dashboards for Kestra ask for, where there are
//! such.

mod exposition;
mod requests;
mod tally;

pub(crate) use exposition::{Family, Sample, Shape, text};
pub(crate) use requests::Requests;
pub(crate) use tally::Tally;
