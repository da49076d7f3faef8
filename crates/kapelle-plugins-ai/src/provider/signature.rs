//! Signatures of requests as Amazon wants them (version 4).

use kapelle_http::{Header, Url};
use kapelle_model::{Failure, Text};
use kapelle_plugin::RunContext;
use ring::digest::{SHA256, digest};
use ring::hmac::{HMAC_SHA256, Key, sign};

use crate::wire::{encoded, hex};

/// Who signs, and for where.
pub(crate) struct Account {
    pub(crate) id: Text,
    pub(crate) secret: Text,
    pub(crate) region: String,
}

const SERVICE: &str = "bedrock";

/// The headers that sign a request with this content.
pub(super) fn signed(
    cx: &RunContext,
    account: &Account,
    url: &str,
    content: &str,
) -> Result<Vec<Header>, Failure> {
    let url = Url::parse(url).map_err(Failure::new)?;
    let now = cx.services.now().map_err(|error| Failure::new(error.text()))?;
    let moment = now.strftime("%Y%m%dT%H%M%SZ").to_string();
    let authorization = authorization(account, &url.authority(), url.path(), &moment, content);
    Ok(vec![Header::new("x-amz-date", moment), Header::secret("Authorization", authorization)])
}

fn authorization(account: &Account, host: &str, path: &str, moment: &str, content: &str) -> String {
    let day = &moment[..8];
    let scope = format!("{day}/{}/{SERVICE}/aws4_request", account.region);
    let path = path.split('/').map(encoded).collect::<Vec<_>>().join("/");
    let names = "content-type;host;x-amz-date";
    let request = format!(
        "POST\n{path}\n\ncontent-type:application/json\nhost:{host}\nx-amz-date:{moment}\n\n{names}\n{}",
        hash(content)
    );
    let text = format!("AWS4-HMAC-SHA256\n{moment}\n{scope}\n{}", hash(&request));
    let mut key = format!("AWS4{}", account.secret.expose()).into_bytes();
    for part in [day, &account.region, SERVICE, "aws4_request"] {
        key = sign(&Key::new(HMAC_SHA256, &key), part.as_bytes()).as_ref().to_vec();
    }
    let signature = hex(sign(&Key::new(HMAC_SHA256, &key), text.as_bytes()).as_ref());
    let id = account.id.expose();
    format!("AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}")
}

fn hash(text: &str) -> String {
    hex(digest(&SHA256, text.as_bytes()).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with another implementation, botocore.
    #[test]
    fn a_signature_is_the_one_that_others_make() {
        let account = Account { id: "AKID".into(), secret: "secret".into(), region: "eu-west-1".to_owned() };
        let authorization = authorization(
            &account,
            "bedrock-runtime.eu-west-1.amazonaws.com",
            "/model/a.b%3A0/converse",
            "20260506T070809Z",
            r#"{"a":1}"#,
        );
        assert_eq!(
            authorization,
            "AWS4-HMAC-SHA256 Credential=AKID/20260506/eu-west-1/bedrock/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=e6b8ecd87057dc35ddfaff09c53ee07f942d8d12d5d9563e021b4e1361e05036"
        );
    }
}
