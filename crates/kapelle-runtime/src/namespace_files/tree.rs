//! The files of a namespace as a tree of folders. A folder is there if somebody made it, or if something is in it.

use kapelle_model::Failure;
use kapelle_plugin::NamespaceFiles;
use kapelle_store::namespace_file::FileVersion;
use kapelle_store::{Transaction, Write};

use super::{TenantFiles, checked, unread};

/// What is at a place of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    File(FileVersion),
    /// With what is known of it if somebody made it.
    Folder(Option<FileVersion>),
}

impl TenantFiles {
    /// What is at a path; the root, which is the empty path, is always there.
    pub fn entry(&self, namespace: &str, path: &str) -> Result<Option<Entry>, Failure> {
        let path = path.trim_matches('/');
        if path.is_empty() {
            return Ok(Some(Entry::Folder(None)));
        }
        let all = self.living(namespace)?;
        let own = all.iter().find(|row| *row.path == *path).cloned();
        Ok(match own {
            Some(row) if !row.is_folder => Some(Entry::File(row)),
            Some(row) => Some(Entry::Folder(Some(row))),
            None => all.iter().any(|row| is_below(&row.path, path)).then_some(Entry::Folder(None)),
        })
    }

    /// What is in a folder itself, by name; nothing if there is no such folder.
    pub fn entries(&self, namespace: &str, folder: &str) -> Result<Option<Vec<(String, Entry)>>, Failure> {
        let folder = folder.trim_matches('/');
        if !matches!(self.entry(namespace, folder)?, Some(Entry::Folder(_))) {
            return Ok(None);
        }
        let mut found: Vec<(String, Entry)> = Vec::new();
        for row in self.living(namespace)? {
            let Some(rest) = inside(&row.path, folder) else { continue };
            let (name, entry) = match rest.split_once('/') {
                Some((name, _)) => (name.to_owned(), Entry::Folder(None)),
                None if row.is_folder => (rest.to_owned(), Entry::Folder(Some(row))),
                None => (rest.to_owned(), Entry::File(row)),
            };
            // Rows come by path: what is in a folder follows the folder.
            match found.iter_mut().find(|(known, _)| *known == name) {
                None => found.push((name, entry)),
                Some((_, known @ Entry::Folder(None))) => *known = entry,
                Some(_) => {}
            }
        }
        Ok(Some(found))
    }

    pub fn make_folder(&self, namespace: &str, path: &str) -> Result<(), Failure> {
        let path = checked(path)?.trim_end_matches('/');
        if self.entry(namespace, path)?.is_some() {
            return Ok(());
        }
        self.commit(Write::File(Box::new(FileVersion { is_folder: true, ..self.row(namespace, path) })))
    }

    /// Ends a file, or a folder with all that is in it, in one transaction. How many files and folders that were.
    pub fn delete_tree(&self, namespace: &str, path: &str) -> Result<usize, Failure> {
        let path = checked(path)?.trim_end_matches('/');
        let mut gone = self.living(namespace)?;
        gone.retain(|row| *row.path == *path || is_below(&row.path, path));
        let count = gone.len();
        let end = |row: FileVersion| FileVersion { is_deleted: true, ..self.row(namespace, &row.path) };
        let writes: Vec<Write> = gone.into_iter().map(|row| Write::File(Box::new(end(row)))).collect();
        if !writes.is_empty() {
            let committed = self.store.commit(Transaction::of(writes));
            committed.map_err(|error| Failure::new(format!("the files cannot be deleted: {error}")))?;
        }
        Ok(count)
    }

    /// Moves a file, or a folder with all that is in it. False if there is none.
    ///
    /// Everything is at its new place before anything is gone from the old one.
    pub fn move_tree(&self, namespace: &str, from: &str, to: &str) -> Result<bool, Failure> {
        let (from, to) = (checked(from)?.trim_end_matches('/'), checked(to)?.trim_end_matches('/'));
        if from == to || is_below(to, from) {
            return Err(Failure::new(format!("`{from}` cannot be moved into itself")));
        }
        let mut moved = self.living(namespace)?;
        moved.retain(|row| *row.path == *from || is_below(&row.path, from));
        if moved.is_empty() {
            return Ok(false);
        }
        for row in &moved {
            let place = format!("{to}{}", &row.path[from.len()..]);
            if row.is_folder {
                self.make_folder(namespace, &place)?;
            } else if let Some(mut content) = self.open(namespace, &row.path, None)? {
                self.put(namespace, &place, &mut content)?;
            }
        }
        self.delete_tree(namespace, from)?;
        Ok(true)
    }

    /// Files and folders that have not ended, by path.
    fn living(&self, namespace: &str) -> Result<Vec<FileVersion>, Failure> {
        self.store.files(&self.tenant, namespace).map_err(|error| unread(&error))
    }
}

fn is_below(path: &str, folder: &str) -> bool {
    inside(path, folder).is_some()
}

/// The rest of a path behind a folder that it is in.
fn inside<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    if folder.is_empty() {
        return Some(path);
    }
    path.strip_prefix(folder)?.strip_prefix('/')
}
