//! What changed from one version to another.

use super::model::Rule;

/// A rule that is not as it was. Rules are known by their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Added(Rule),
    /// It is gone.
    Removed(Rule),
    /// It says something else: before and after.
    Edited(Box<(Rule, Rule)>),
    /// It stands elsewhere among the others: its positions before and after, from 1.
    Moved(Rule, usize, usize),
}

/// Compares two versions, in the order of the new one; what is gone comes last.
pub fn diff(before: &[Rule], after: &[Rule]) -> Vec<Change> {
    let mut changes = Vec::new();
    let place = |rules: &[Rule], name: &str| rules.iter().position(|rule| rule.name == name);
    // Rules of both, by where they stood; those that a longest rising row leaves out are the ones that moved.
    let kept: Vec<usize> = after.iter().filter_map(|rule| place(before, &rule.name)).collect();
    let stayed = longest_rising(&kept);
    for (now, rule) in after.iter().enumerate() {
        let Some((was, old)) = place(before, &rule.name).and_then(|at| Some((at, before.get(at)?))) else {
            changes.push(Change::Added(rule.clone()));
            continue;
        };
        if old != rule {
            changes.push(Change::Edited(Box::new((old.clone(), rule.clone()))));
        }
        if !stayed.contains(&was) {
            changes.push(Change::Moved(rule.clone(), was + 1, now + 1));
        }
    }
    let gone = before.iter().filter(|rule| place(after, &rule.name).is_none());
    changes.extend(gone.cloned().map(Change::Removed));
    changes
}

fn longest_rising(row: &[usize]) -> Vec<usize> {
    let mut best: Vec<Vec<usize>> = Vec::with_capacity(row.len());
    for (at, value) in row.iter().enumerate() {
        let before = best.get(..at).unwrap_or_default().iter();
        let longest = before.filter(|list| list.last() < Some(value)).max_by_key(|list| list.len());
        let mut list = longest.cloned().unwrap_or_default();
        list.push(*value);
        best.push(list);
    }
    best.into_iter().max_by_key(Vec::len).unwrap_or_default()
}
