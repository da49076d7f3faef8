//! `io.kestra.plugin.compress.FileDecrypt`: decrypts a file with a password.

use kapelle_model::Text;
use kapelle_plugin::files::open;
use kapelle_plugin::ion::finish;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::cipher::decrypt;
use super::file_encrypt::iterations;
use super::form::Form;
use crate::converted::{Written, create};

/// # Decrypt a file
///
/// Decrypts what `FileEncrypt` or `openssl enc -aes-256-cbc -pbkdf2` encrypted.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct FileDecrypt {
    /// The address of the file.
    from: Expr<Text>,
    /// The password.
    password: Expr<Text>,
    /// How often the password goes through PBKDF2, for files of OpenSSL; other files say it themselves.
    #[serde(default = "iterations")]
    iterations: Expr<u32>,
}

impl Task for FileDecrypt {
    const TYPE: &'static str = "io.kestra.plugin.compress.FileDecrypt";
    const HAS_EFFECTS: bool = false;
    type Output = Written;

    async fn run(&self, cx: &RunContext) -> Result<Written, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| {
            let password = cx.render(&task.password)?;
            let mut content = open(cx, &cx.render(&task.from)?)?;
            let form = Form::read(&mut content, cx.render(&task.iterations)?)?;
            let mut to = create(cx, ".tmp")?;
            decrypt(cx, &form, password.expose().as_bytes(), &mut content, &mut to)?;
            Ok(Written { uri: finish(to)? })
        })
        .await
    }
}
