//! Tasks and triggers of AWS and of servers that speak S3.
//!
//! Nothing of a kit of AWS is in it: requests are signed here ([`sign`]) and go over the one HTTP client ([`client`]).
//! [`access`] says where and who, [`credentials`] what the server itself is known by, [`trouble`] what went wrong and what
//! to do. [`store`] is all of S3, for the types of `s3` and others that speak it.

mod access;
mod athena;
mod auth;
mod client;
mod credentials;
mod dynamodb;
mod ecr;
mod environment;
mod eventbridge;
mod fetch;
mod kinesis;
mod lambda;
mod minio;
mod outcomes;
mod profile;
mod rows;
mod s3;
mod service;
mod sign;
mod sns;
mod sqs;
mod store;
mod trouble;
mod xml;

use kapelle_plugin::Registry;

pub use environment::{VARIABLES, setting};

/// Everything of this family.
pub fn register(registry: &mut Registry) {
    athena::register(registry);
    auth::register(registry);
    dynamodb::register(registry);
    ecr::register(registry);
    eventbridge::register(registry);
    kinesis::register(registry);
    lambda::register(registry);
    minio::register(registry);
    s3::register(registry);
    sns::register(registry);
    sqs::register(registry);
}
