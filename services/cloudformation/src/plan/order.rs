//! Who is next.

use std::collections::{BTreeMap, BTreeSet};

/// Of `candidates`, in their order, those of which everything they need is done.
pub(crate) fn makeable<'a, N, I>(
    candidates: impl IntoIterator<Item = &'a str>,
    needs: N,
    is_done: impl Fn(&str) -> bool,
) -> Vec<String>
where
    N: Fn(&'a str) -> I,
    I: IntoIterator<Item = &'a str>,
{
    candidates.into_iter().filter(|id| needs(id).into_iter().all(&is_done)).map(str::to_owned).collect()
}

/// Of what remains, with what each needs, that which nothing that remains needs.
pub(crate) fn deletable(remaining: &BTreeMap<&str, BTreeSet<&str>>) -> Vec<String> {
    let needed: BTreeSet<&str> =
        remaining.iter().flat_map(|(id, needs)| needs.iter().filter(move |need| *need != id)).copied().collect();
    remaining.keys().filter(|id| !needed.contains(*id)).map(|id| (*id).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nothing_needs_goes_first() {
        let remaining =
            BTreeMap::from([("A", BTreeSet::new()), ("B", BTreeSet::from(["A"])), ("C", BTreeSet::from(["A", "C"]))]);
        assert_eq!(deletable(&remaining), ["B", "C"]);
    }
}
