//! Tasks and triggers over files and shells of other machines.
//!
//! The tasks over files are written once ([`files`]), for every [`files::Protocol`]: SFTP ([`sftp`]) over a session of
//! [`ssh`], FTP and FTPS ([`ftp`]). [`sockets`] sends and hears plain bytes.

mod files;
mod ftp;
mod login;
mod sftp;
mod sockets;
mod ssh;
#[cfg(test)]
mod testing;

use kapelle_plugin::Registry;

/// Everything of this family.
pub fn register(registry: &mut Registry) {
    files::register::<sftp::Sftp>(registry);
    files::register::<ftp::Ftp>(registry);
    files::register::<ftp::Ftps>(registry);
    sockets::register(registry);
    registry.task::<ssh::Command>();
}
