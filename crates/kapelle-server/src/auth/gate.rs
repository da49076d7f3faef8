//! The gate of a server with accounts.

use std::sync::Arc;

use kapelle_model::permit::Permit;

use super::Accounts;
use super::decide::{Caller, Proof, Seen, decide, is_below};
use super::{origin, presented};
use crate::gate::{Admission, Asked, Gate, Needs, Refusal, everything, nobody};

/// Lets in whom the accounts know. Every permit of a person is made here.
pub struct AccountGate {
    accounts: Arc<Accounts>,
}

impl AccountGate {
    pub const fn new(accounts: Arc<Accounts>) -> Self {
        Self { accounts }
    }

    async fn admit(&self, asked: &Asked<'_>) -> Result<Permit, Refusal> {
        let accounts = &self.accounts;
        let presented = presented::read(asked.headers);
        // Where nothing is needed nothing is looked up: a wrong password must not cost anything there.
        let proof = match asked.needs {
            Needs::Nothing => Proof::None,
            _ => accounts.proof(&presented, asked.headers, asked.peer).await,
        };
        let url = accounts.policy.url.as_deref();
        let seen = Seen {
            needs: asked.needs,
            is_unsafe: !matches!(asked.method, "GET" | "HEAD" | "OPTIONS"),
            is_open_address: is_below(asked.path, &accounts.policy.open_urls),
            proof,
            is_own_page: accounts.is_own_page(asked.headers),
            is_own_name: origin::is_own_name(asked.headers, url, &accounts.policy.hosts),
            has_csrf: accounts.has_csrf(&presented),
        };
        Ok(match decide(&seen)? {
            Caller::Nobody => nobody(asked.tenant),
            Caller::Anybody => everything(asked.tenant, "anonymous".into()),
            Caller::Person(name) => everything(asked.tenant, name),
        })
    }
}

impl Gate for AccountGate {
    fn admit<'g>(&'g self, asked: &'g Asked<'g>) -> Admission<'g> {
        Box::pin(self.admit(asked))
    }

    fn accounts(&self) -> Option<&Arc<Accounts>> {
        Some(&self.accounts)
    }
}
