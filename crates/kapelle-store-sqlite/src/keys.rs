//! The keys of a folder, with which its secrets are encrypted.
//!
//! A key is a file `ID.key` in `keys`, for nobody but its owner, or is given by the installation. The database knows the
//! ids of all keys that it was ever opened with, so that one that is missing is noticed before anything is read or
//! written. Keys are in no backup.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use kapelle_store::StoreError;
use kapelle_store::codec::{Key, KeyId, Seal, where_keys_are};
use kapelle_store::error::Result;
use rusqlite::Connection;

use crate::meta;
use crate::read::InOurWords;

/// The seal of a folder. Makes a key if there never was one.
pub(crate) fn seal(folder: &Path, connection: &Connection, given: Option<&Key>) -> Result<Seal> {
    let mut known = meta::keys(connection).ours()?;
    let mut keys = read(folder)?;
    keys.extend(given.map(|key| (key.id(), key.clone())));
    if let Some(missing) = known.iter().find(|id| !keys.contains_key(id) && !is_lost(folder, **id)) {
        return Err(missed(folder, *missing));
    }
    let last_known = known.iter().rev().find(|id| keys.contains_key(id)).copied();
    let current = given.map(Key::id).or(last_known).or_else(|| keys.keys().next().copied());
    let current = match current.and_then(|id| keys.remove(&id)) {
        Some(key) => key,
        None => make(folder)?,
    };
    if !known.contains(&current.id()) {
        known.push(current.id());
        meta::set_keys(connection, &known).ours()?;
    }
    Ok(Seal::new(&current, &keys.into_values().collect::<Vec<_>>()))
}

fn missed(folder: &Path, id: KeyId) -> StoreError {
    StoreError::Invalid(format!(
        "what is secret in this data was encrypted with the key {id}, which is not here: {}. Only if it is lost for good, \
         make an empty file `{}`: then its secrets are lost, and everything else is there.",
        where_keys_are(id),
        lost(folder, id).display()
    ))
}

/// A file that says that nobody has this key any more.
fn lost(folder: &Path, id: KeyId) -> std::path::PathBuf {
    folder.join(format!("{id}.lost"))
}

fn is_lost(folder: &Path, id: KeyId) -> bool {
    lost(folder, id).exists()
}

/// All keys of the folder.
fn read(folder: &Path) -> Result<BTreeMap<KeyId, Key>> {
    let mut keys = BTreeMap::new();
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(keys),
        entries => entries.map_err(|error| unusable(folder, &error))?,
    };
    for entry in entries {
        let path = entry.map_err(|error| unusable(folder, &error))?.path();
        if path.extension().is_none_or(|extension| extension != "key") {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(|error| unusable(&path, &error))?;
        let key = Key::read(&text).map_err(|why| damaged(&path, &why))?;
        if path.file_stem().is_none_or(|name| name.to_string_lossy() != key.id().to_string()) {
            return Err(damaged(&path, &format!("it holds the key {}", key.id())));
        }
        keys.insert(key.id(), key);
    }
    Ok(keys)
}

/// Makes a key, safe from a power cut before anything is encrypted with it.
fn make(folder: &Path) -> Result<Key> {
    let key = Key::fresh()?;
    let path = folder.join(format!("{}.key", key.id()));
    let write = || {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let unfinished = path.with_extension("part");
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(&unfinished)?;
        writeln!(file, "{}", key.to_base64())?;
        file.sync_all()?;
        fs::rename(&unfinished, &path)?;
        File::open(folder)?.sync_all()?;
        folder.parent().map_or(Ok(()), |above| File::open(above)?.sync_all())
    };
    write().map_err(|error| unusable(&path, &error))?;
    Ok(key)
}

fn unusable(path: &Path, error: &io::Error) -> StoreError {
    let why = format!("`{}` cannot be used for keys: {error}", path.display());
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full(why),
        _ => StoreError::Unavailable(why),
    }
}

fn damaged(path: &Path, why: &str) -> StoreError {
    StoreError::Invalid(format!(
        "`{}` is not the key that its name says ({why}): bring back the file from where its copy is",
        path.display()
    ))
}
