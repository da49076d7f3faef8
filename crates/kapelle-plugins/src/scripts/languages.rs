//! The languages, one file each.

pub(super) mod bun;
pub(super) mod deno;
pub(super) mod dotnet;
pub(super) mod go;
pub(super) mod groovy;
pub(super) mod jbang;
pub(super) mod julia;
pub(super) mod lua;
pub(super) mod node;
pub(super) mod perl;
pub(super) mod php;
pub(super) mod powershell;
pub(super) mod python;
pub(super) mod r;
pub(super) mod ruby;
pub(super) mod shell;
