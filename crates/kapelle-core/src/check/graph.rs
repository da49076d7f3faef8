//! Cycles among things that wait for each other.

/// For each node the number of the cycle that it lies on, if any. `edges[n]` are the nodes that `n` waits for.
///
/// Cycles that are tied together count as one, with what lies between them. Linear in the edges.
pub(super) fn cycles(edges: &[Vec<usize>]) -> Vec<Option<usize>> {
    let left = in_cycles(edges);
    let mut neighbours: Vec<Vec<usize>> = vec![Vec::new(); edges.len()];
    for (node, targets) in edges.iter().enumerate().filter(|(node, _)| left[*node]) {
        for target in targets.iter().filter(|target| left[**target]) {
            neighbours[node].push(*target);
            neighbours[*target].push(node);
        }
    }
    let mut cycles = vec![None; edges.len()];
    for start in (0..edges.len()).filter(|node| left[*node]) {
        let mut waiting = vec![start];
        while let Some(node) = waiting.pop() {
            if cycles[node].is_none() {
                cycles[node] = Some(start);
                waiting.extend(&neighbours[node]);
            }
        }
    }
    cycles
}

/// Takes away, until nothing changes, what waits for nothing and what nothing waits for.
fn in_cycles(edges: &[Vec<usize>]) -> Vec<bool> {
    let mut backwards: Vec<Vec<usize>> = vec![Vec::new(); edges.len()];
    for (node, targets) in edges.iter().enumerate() {
        for target in targets {
            backwards[*target].push(node);
        }
    }
    let mut left = vec![true; edges.len()];
    peel(edges, &backwards, &mut left);
    peel(&backwards, edges, &mut left);
    left
}

/// Takes away nodes without outgoing edges to nodes that are left.
fn peel(edges: &[Vec<usize>], backwards: &[Vec<usize>], left: &mut [bool]) {
    let count = |node: usize, left: &[bool]| edges[node].iter().filter(|target| left[**target]).count();
    let mut open: Vec<usize> = (0..edges.len()).map(|node| count(node, left)).collect();
    let mut free: Vec<usize> = (0..edges.len()).filter(|node| left[*node] && open[*node] == 0).collect();
    while let Some(node) = free.pop() {
        left[node] = false;
        for before in &backwards[node] {
            open[*before] = open[*before].saturating_sub(1);
            if left[*before] && open[*before] == 0 {
                free.push(*before);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{cycles, in_cycles};

    #[test]
    fn what_waits_for_a_cycle_is_not_part_of_it() {
        // 0 and 1 wait for each other, 2 waits for 1, 3 for nothing, 0 also for 3, 4 for itself.
        let edges = [vec![1, 3], vec![0], vec![1], vec![], vec![4]];
        assert_eq!(in_cycles(&edges), [true, true, false, false, true]);
    }

    #[test]
    fn cycles_apart_from_each_other_are_told_apart() {
        let edges = [vec![1], vec![0], vec![2], vec![0, 2]];
        assert_eq!(cycles(&edges), [Some(0), Some(0), Some(2), None]);
    }

    #[test]
    fn a_long_chain_has_no_cycle() {
        let edges: Vec<Vec<usize>> =
            (0..100_000).map(|node| if node == 0 { vec![] } else { vec![node - 1] }).collect();
        assert!(!in_cycles(&edges).contains(&true));
    }
}
