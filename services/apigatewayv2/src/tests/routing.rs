//! Which route a request takes.

use crate::route::{RouteKey, Table};
use proptest::prelude::*;

fn table(keys: &[&'static str]) -> Table<&'static str> {
    Table::new(keys.iter().map(|key| (RouteKey::parse(key).unwrap(), *key)))
}

#[test]
fn the_example_of_the_developer_guide() {
    let table = table(&["GET /pets/dog/1", "GET /pets/dog/{id}", "GET /pets/{proxy+}", "ANY /{proxy+}", "$default"]);
    let taken = |method, path| {
        table.find(method, path).map(|found| (*found.route, found.parameters.into_values().collect::<Vec<_>>()))
    };
    assert_eq!(taken("GET", "/pets/dog/1"), Some(("GET /pets/dog/1", vec![])));
    assert_eq!(taken("GET", "/pets/dog/2"), Some(("GET /pets/dog/{id}", vec!["2".into()])));
    assert_eq!(taken("GET", "/pets/cat/1"), Some(("GET /pets/{proxy+}", vec!["cat/1".into()])));
    assert_eq!(taken("POST", "/test/5"), Some(("ANY /{proxy+}", vec!["test/5".into()])));
    assert_eq!(taken("GET", "/"), Some(("ANY /{proxy+}", vec![String::new()])));
}

#[test]
fn an_encoded_slash_does_not_divide_and_labels_are_decoded() {
    let table = table(&["GET /files/{name}"]);
    let found = table.find("GET", "/files/a%2Fb%20c").unwrap();
    assert_eq!(found.parameters["name"], "a/b c");
    assert!(table.find("GET", "/files/").is_none());
    assert!(table.find("GET", "/files/a/b").is_none());
}

#[test]
fn the_method_itself_wins_over_any() {
    let table = table(&["ANY /a", "GET /a", "$default"]);
    assert_eq!(*table.find("GET", "/a").unwrap().route, "GET /a");
    assert_eq!(*table.find("POST", "/a").unwrap().route, "ANY /a");
    assert_eq!(*table.find("POST", "/b").unwrap().route, "$default");
}

/// The simplest selection that could be right: every route is tried, the best by AWS's words is kept.
fn naive(keys: &[String], method: &str, path: &str) -> Option<String> {
    let wanted: Vec<&str> = path[1..].split('/').collect();
    let mut best: Option<(Vec<u32>, String)> = None;
    for key in keys {
        let Some((of, pattern)) = key.split_once(' ') else {
            let score = vec![9];
            if best.as_ref().is_none_or(|(before, _)| score < *before) {
                best = Some((score, key.clone()));
            }
            continue;
        };
        if of != "ANY" && of != method {
            continue;
        }
        let parts: Vec<&str> = pattern[1..].split('/').collect();
        let is_greedy = pattern.ends_with("+}");
        let fits = if is_greedy { wanted.len() >= parts.len() } else { wanted.len() == parts.len() };
        let matches = fits
            && parts.iter().zip(&wanted).all(|(part, found)| {
                part.ends_with("+}") || (part.starts_with('{') && !found.is_empty()) || part == found
            });
        if matches {
            let mut score = vec![u32::from(is_greedy), u32::MAX - u32::try_from(parts.len()).unwrap()];
            score.extend(
                parts.iter().map(|part| if part.ends_with("+}") { 2 } else { u32::from(part.starts_with('{')) }),
            );
            score.push(u32::from(of == "ANY"));
            if best.as_ref().is_none_or(|(before, _)| score < *before) {
                best = Some((score, key.clone()));
            }
        }
    }
    best.map(|(_, key)| key)
}

fn keys() -> impl Strategy<Value = Vec<String>> {
    let segment = prop_oneof![Just("a"), Just("b"), Just("{x}")];
    let path = (prop::collection::vec(segment, 0..3), any::<bool>()).prop_map(|(mut parts, is_greedy)| {
        if is_greedy {
            parts.push("{rest+}");
        }
        format!("/{}", parts.join("/"))
    });
    let method = prop_oneof![Just("GET"), Just("POST"), Just("ANY")];
    let key = prop_oneof![9 => (method, path).prop_map(|(method, path)| format!("{method} {path}")), 1 => Just("$default".to_owned())];
    prop::collection::btree_set(key, 0..8).prop_map(|keys| keys.into_iter().collect())
}

proptest! {
    #[test]
    fn the_table_selects_as_a_plain_search_would(
        keys in keys(),
        method in prop_oneof![Just("GET"), Just("POST"), Just("DELETE")],
        path in prop::collection::vec(prop_oneof![Just("a"), Just("b"), Just("c"), Just("")], 1..4),
    ) {
        let path = format!("/{}", path.join("/"));
        let table = Table::new(keys.iter().map(|key| (RouteKey::parse(key).unwrap(), key.clone())));
        let taken = table.find(method, &path).map(|found| found.route.clone());
        prop_assert_eq!(taken, naive(&keys, method, &path));
    }
}
