//! Values of documents.

use crate::documents::DocId;

/// A value for each document, most of which have the default value.
pub(crate) struct DocTable<T> {
    values: Vec<T>,
    /// Documents with another value.
    set: Vec<DocId>,
}

impl<T: Copy + Default + PartialEq> DocTable<T> {
    /// Returns a table for a number of documents.
    pub(crate) fn new(documents: usize) -> Self {
        Self { values: vec![T::default(); documents], set: Vec::new() }
    }

    /// Returns the value of a document.
    pub(crate) fn get(&self, doc: DocId) -> T {
        self.values.get(doc as usize).copied().unwrap_or_default()
    }

    /// Changes the value of a document. A value that is set stays set.
    pub(crate) fn update(&mut self, doc: DocId, change: impl FnOnce(T) -> T) {
        let Some(value) = self.values.get_mut(doc as usize) else { return };
        let changed = change(*value);
        if *value == T::default() && changed != T::default() {
            self.set.push(doc);
        }
        *value = changed;
    }

    /// Resets the values that do not meet a condition, and changes the others.
    pub(crate) fn retain(&mut self, mut change: impl FnMut(DocId, T) -> Option<T>) {
        let values = &mut self.values;
        self.set.retain(|doc| {
            let Some(value) = values.get_mut(*doc as usize) else { return false };
            let changed = change(*doc, *value);
            *value = changed.unwrap_or_default();
            changed.is_some()
        });
    }

    /// Returns the documents with their values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (DocId, T)> {
        self.set.iter().map(|doc| (*doc, self.get(*doc)))
    }

    /// Returns the documents with their values, and resets all values.
    pub(crate) fn drain(&mut self) -> Vec<(DocId, T)> {
        let drained = self.iter().collect();
        for doc in self.set.drain(..) {
            if let Some(value) = self.values.get_mut(doc as usize) {
                *value = T::default();
            }
        }
        drained
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_changed_values_are_returned() {
        let mut table = DocTable::new(5);
        for doc in [3, 1, 3] {
            table.update(doc, |value: u32| value + 2);
        }
        table.retain(|doc, value| (doc != 1).then_some(value + 1));

        assert_eq!((table.get(1), table.get(3)), (0, 5));
        assert_eq!(table.drain(), [(3, 5)]);
        assert_eq!(table.iter().count(), 0);
    }
}
