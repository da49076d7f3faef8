//! Tasks over registries of images (ECR).

mod get_auth_token;

use kapelle_plugin::Registry;

pub(crate) fn register(r: &mut Registry) {
    r.task::<get_auth_token::GetAuthToken>();
}
