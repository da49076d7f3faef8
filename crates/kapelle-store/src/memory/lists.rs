//! Lists and totals of executions: the filter looks at all of them.

use std::collections::BTreeMap;
use std::ops::Bound;

use kapelle_model::ExecutionId;
use kapelle_model::permit::Permit;
use kapelle_model::time::Millis;

use super::rows::Rows;
use crate::error::{Result, StoreError};
use crate::filter::Filter;
use crate::limits::SORTED_MAX;
use crate::listing::{By, Header, Listing, Page, Total};
use crate::store::{Counted, CounterScope};

impl Rows {
    pub(super) fn list(&self, permit: &Permit, filter: &Filter, page: &Page) -> Result<Listing<Header>> {
        page.check()?;
        let offset = usize::try_from(page.offset).unwrap_or(usize::MAX);
        let size = page.size as usize;
        let rows = match page.sort.by {
            By::Age => self.by_age(permit, filter, page).skip(offset).take(size).cloned().collect(),
            _ => self.sorted(permit, filter, page)?.into_iter().skip(offset).take(size).cloned().collect(),
        };
        let total = page.is_counted.then(|| Total::Exactly(self.number(permit, filter)));
        Ok(Listing { rows, total })
    }

    pub(super) fn number(&self, permit: &Permit, filter: &Filter) -> u64 {
        self.executions.values().filter(|kept| is_meant(permit, filter, &kept.header)).count() as u64
    }

    pub(super) fn counted(
        &self,
        permit: &Permit,
        of: &CounterScope,
        from: Millis,
        until: Millis,
    ) -> Vec<Counted> {
        let mut sums = BTreeMap::new();
        for (((tenant, namespace, flow), hour, state), number) in self.counters.iter() {
            let is_meant = of.contains(tenant, namespace, flow) && permit.covers(tenant, namespace);
            if is_meant && (from..until).contains(hour) {
                *sums.entry((*hour, *state)).or_insert(0) += number;
            }
        }
        sums.into_iter().map(|((hour, state), number)| Counted { hour, state, number }).collect()
    }

    fn by_age<'a>(
        &'a self,
        permit: &'a Permit,
        filter: &'a Filter,
        page: &Page,
    ) -> Box<dyn Iterator<Item = &'a Header> + 'a> {
        let after = page.after.map_or(Bound::Unbounded, Bound::Excluded);
        let whole = Bound::Unbounded;
        let (from, until) = if page.sort.is_descending { (whole, after) } else { (after, whole) };
        let all = self.executions.range::<ExecutionId, _>((from, until)).map(|(_, kept)| &kept.header);
        let is_meant = |header: &&Header| is_meant(permit, filter, header);
        if page.sort.is_descending {
            Box::new(all.rev().filter(is_meant))
        } else {
            Box::new(all.filter(is_meant))
        }
    }

    fn sorted(&self, permit: &Permit, filter: &Filter, page: &Page) -> Result<Vec<&Header>> {
        let all = self.executions.values().map(|kept| &kept.header);
        let mut headers: Vec<_> =
            all.filter(|header| is_meant(permit, filter, header)).take(SORTED_MAX + 1).collect();
        if headers.len() > SORTED_MAX {
            let why = format!(
                "more than {SORTED_MAX} executions match, which is too many to sort; sort by age, or ask for a shorter time"
            );
            return Err(StoreError::Invalid(why));
        }
        headers.sort_by(|one, two| page.sort.compare(one, two));
        Ok(headers)
    }
}

fn is_meant(permit: &Permit, filter: &Filter, header: &Header) -> bool {
    permit.covers(&header.birth.tenant, &header.birth.namespace) && filter.matches(header)
}
