//! Where flows are in a directory of a repository: those of a namespace in the directory itself, those of the namespaces
//! below it in folders, one for each part of a name.

use kapelle_model::permit::is_under;

#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) namespace: String,
    pub(crate) has_children: bool,
}

impl Layout {
    /// The folder for flows of a namespace; nothing if it is none of those that are meant.
    pub(crate) fn folder(&self, namespace: &str) -> Option<String> {
        if namespace == self.namespace {
            return Some(String::new());
        }
        if !self.has_children || !is_under(namespace, &self.namespace) {
            return None;
        }
        let rest = namespace.strip_prefix(&*self.namespace)?.strip_prefix('.')?;
        Some(rest.replace('.', "/"))
    }

    /// The namespace of the flow in a file, as a path within the directory; nothing if it is none of those that are meant.
    pub(crate) fn namespace(&self, path: &str) -> Option<String> {
        match path.rsplit_once('/') {
            None => Some(self.namespace.clone()),
            Some((folder, _)) if self.has_children => {
                Some(format!("{}.{}", self.namespace, folder.replace('/', ".")))
            }
            Some(_) => None,
        }
    }

    /// Whether flows of a namespace are meant.
    pub(crate) fn covers(&self, namespace: &str) -> bool {
        namespace == self.namespace || self.has_children && is_under(namespace, &self.namespace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn child_namespaces_are_folders() {
        let all = Layout { namespace: "dev".to_owned(), has_children: true };
        let own = Layout { has_children: false, ..all.clone() };
        for (namespace, path, folder) in
            [("dev", "x.yml", ""), ("dev.a", "a/x.yml", "a"), ("dev.a.b", "a/b/x.yml", "a/b")]
        {
            assert_eq!(all.folder(namespace).as_deref(), Some(folder));
            assert_eq!(all.namespace(path).as_deref(), Some(namespace));
        }
        assert_eq!(all.folder("development"), None);
        assert_eq!(own.folder("dev.a"), None);
        assert_eq!(own.namespace("a/x.yml"), None);
        assert!(!own.covers("dev.a") && all.covers("dev.a") && !all.covers("devel"));
    }
}
