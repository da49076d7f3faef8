//! Who asks, and for which part of the world.

use std::sync::Arc;

/// Every read of more than one thing takes one, so that nobody sees what is not theirs by a forgotten condition. Only
/// the server makes those of people, from its table of routes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permit {
    tenant: Option<Arc<str>>,
    namespaces: Namespaces,
    actor: Actor,
}

/// The namespaces that somebody may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Namespaces {
    All,
    /// These, and everything under them.
    Under(Arc<[Arc<str>]>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person or a program with a name of its own.
    Named(Arc<str>),
    /// The product itself, and what it is about.
    System(&'static str),
}

impl Permit {
    /// For somebody in one tenant.
    pub const fn new(tenant: Arc<str>, namespaces: Namespaces, actor: Actor) -> Self {
        Self { tenant: Some(tenant), namespaces, actor }
    }

    /// For the product itself, in all tenants.
    pub const fn system(reason: &'static str) -> Self {
        Self { tenant: None, namespaces: Namespaces::All, actor: Actor::System(reason) }
    }

    /// The same for one tenant only.
    #[must_use]
    pub fn within(self, tenant: Arc<str>) -> Self {
        Self { tenant: Some(tenant), ..self }
    }

    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The only tenant that it is for, if it is for one.
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// Whether it is good for what belongs to a namespace of a tenant.
    pub fn covers(&self, tenant: &str, namespace: &str) -> bool {
        let is_tenant = self.tenant.as_deref().is_none_or(|own| own == tenant);
        is_tenant
            && match &self.namespaces {
                Namespaces::All => true,
                Namespaces::Under(roots) => roots.iter().any(|root| is_under(namespace, root)),
            }
    }

    /// The namespaces that it is good for, with those under them; `None` stands for all.
    pub fn namespaces(&self) -> Option<&[Arc<str>]> {
        match &self.namespaces {
            Namespaces::All => None,
            Namespaces::Under(roots) => Some(roots),
        }
    }

    /// Whether it is good for every namespace of its tenants.
    pub const fn is_for_all_namespaces(&self) -> bool {
        matches!(self.namespaces, Namespaces::All)
    }
}

/// Whether a namespace is another one or one of its descendants.
pub fn is_under(namespace: &str, root: &str) -> bool {
    namespace.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permit(roots: &[&str]) -> Permit {
        let roots = roots.iter().map(|root| Arc::from(*root)).collect();
        Permit::new("main".into(), Namespaces::Under(roots), Actor::Named("ann".into()))
    }

    #[test]
    fn it_covers_its_namespaces_and_what_is_under_them() {
        let permit = permit(&["team", "shop.orders"]);
        for (namespace, covered) in [
            ("team", true),
            ("team.a.b", true),
            ("teams", false),
            ("shop", false),
            ("shop.orders.eu", true),
            ("", false),
        ] {
            assert_eq!(permit.covers("main", namespace), covered, "{namespace}");
        }
        assert!(!permit.covers("other", "team"));
    }

    #[test]
    fn the_product_itself_sees_all_tenants() {
        let system = Permit::system("recovery");
        assert!(system.covers("main", "a") && system.covers("other", "b"));
        let one = system.within("main".into());
        assert!(one.covers("main", "a") && !one.covers("other", "a"));
    }
}
