//! Behaviour of the whole index.

use crate::{Document, Index, Query, Ranked, Tier, fold};

const SOLUTION: u8 = 2;
const MUNICIPALITY: u8 = 0;

/// Returns a document whose text has a title, names and a summary, separated by `|`.
fn document(id: u128, resource: u8, text: &str) -> Document {
    let mut words: Vec<(String, Vec<String>)> = Vec::new();
    let mut position = 0;
    for (part, weight) in text.split('|').zip(["A", "B", "C"]) {
        for word in part.split_whitespace().map(fold) {
            position += 1;
            match words.iter_mut().find(|(other, _)| *other == word) {
                Some((_, occurrences)) => occurrences.push(format!("{position}{weight}")),
                None => words.push((word, vec![format!("{position}{weight}")])),
            }
        }
    }
    let word = |(word, occurrences): &(String, Vec<String>)| format!("'{word}':{}", occurrences.join(","));
    let words: Vec<String> = words.iter().map(word).collect();
    let titles = vec![text.split('|').next().unwrap_or_default().to_owned()];
    let is_municipality = resource == MUNICIPALITY;
    Document { id, resource, is_municipality, titles, prior: 0.0, words: words.join(" "), states: vec![] }
}

fn stem(word: &str) -> String {
    let suffix = ["en", "er", "e", "s"].iter().find_map(|suffix| word.strip_suffix(suffix));
    suffix.filter(|stem| stem.len() > 3).unwrap_or(word).to_owned()
}

fn index(documents: &[(u128, u8, &str)]) -> Index {
    let mut index = Index::default();
    for (id, resource, text) in documents {
        let document = document(*id, *resource, text);
        for word in document.words() {
            index.learn(word, &stem(word), &stem(word));
        }
        index.insert(&document);
    }
    index
}

fn search_in(index: &Index, text: &str, resource: Option<u8>) -> Ranked {
    let query = Query::parse(text);
    index.search(&query, resource)
}

fn ids(index: &Index, text: &str) -> Vec<u128> {
    search_in(index, text, Some(SOLUTION)).hits.iter().map(|hit| hit.id).collect()
}

fn sample() -> Index {
    index(&[
        (1, SOLUTION, "Parksensoren|Solingen|Sensoren zeigen freie Parkplätze"),
        (2, SOLUTION, "Stadtbus live|Grevesmühlen|Standort der Busse auf einer Karte"),
        (3, SOLUTION, "Klimaschutz Monitor|Jena|Robuste Kennzahlen der Stadt zum Verbrauch"),
        (4, SOLUTION, "Baumkataster|Bamberg|Drohnen erkennen Baumarten"),
        (5, SOLUTION, "Verkehrsmessung|Kirchheim|Messung ohne Kamera an der Kreuzung"),
        (6, SOLUTION, "Verkehrsmessung|Kempten|Messung mit Kamera an der Kreuzung"),
        (7, MUNICIPALITY, "Jena||Stadt"),
        (8, SOLUTION, "Urbane Datenplattform|Hannover|Plattform mit Daten der Stadt"),
    ])
}

#[test]
fn inflected_words_are_found() {
    assert_eq!(ids(&sample(), "Parksensor").first(), Some(&1));
}

#[test]
fn digraphs_equal_umlauts() {
    assert_eq!(ids(&sample(), "Grevesmuehlen"), ids(&sample(), "Grevesmühlen"));
}

#[test]
fn parts_of_compounds_are_found() {
    assert_eq!(ids(&sample(), "Klima").first(), Some(&3));
    assert_eq!(ids(&sample(), "Bus").first(), Some(&2));
    assert!(!ids(&sample(), "Bus").contains(&3));
}

#[test]
fn hyphens_do_not_separate_compounds() {
    let index = sample();
    let ranked = search_in(&index, "Baum-Kataster", Some(SOLUTION));

    assert_eq!(ranked.hits.first().map(|hit| (hit.id, hit.tier)), Some((4, Tier::AllWords)));
}

#[test]
fn compounds_find_their_components() {
    let index =
        index(&[(1, SOLUTION, "Sensoren||Messung der Luftqualität"), (2, SOLUTION, "Sensoren||Messung der Feuchte")]);

    assert_eq!(ids(&index, "Luftqualitätssensor").first(), Some(&1));
}

#[test]
fn unknown_words_are_corrected() {
    let ranked = search_in(&sample(), "Baumkatasetr", Some(SOLUTION));

    assert_eq!(ranked.hits.first().map(|hit| hit.id), Some(4));
    assert_eq!(ranked.corrections.first().map(|found| &*found.corrected), Some("baumkataster"));
}

#[test]
fn known_words_are_not_corrected() {
    assert!(search_in(&sample(), "Drohnen", Some(SOLUTION)).corrections.is_empty());
}

#[test]
fn synonyms_are_similar() {
    let ranked = search_in(&sample(), "UDP", Some(SOLUTION));

    assert_eq!(ranked.hits.first().map(|hit| (hit.id, hit.tier)), Some((8, Tier::Similar)));
}

#[test]
fn words_with_similar_spelling_are_similar() {
    let ranked = search_in(&sample(), "Verkehrsmessstelle", Some(SOLUTION));
    let mut found: Vec<(u128, Tier)> = ranked.hits.iter().map(|hit| (hit.id, hit.tier)).collect();
    found.sort_unstable();

    assert_eq!(found, [(5, Tier::Similar), (6, Tier::Similar)]);
}

#[test]
fn entries_with_all_words_precede_all_others() {
    let ranked = search_in(&sample(), "Messung Kempten", Some(SOLUTION));
    let tiers: Vec<Tier> = ranked.hits.iter().map(|hit| hit.tier).collect();

    assert_eq!(ranked.hits.first().map(|hit| hit.id), Some(6));
    assert_eq!(tiers.iter().filter(|tier| **tier == Tier::AllWords).count(), 1);
}

#[test]
fn excluded_words_exclude_unless_negated() {
    let found = ids(&sample(), "Verkehrsmessung ohne Kamera");

    assert_eq!(found.first(), Some(&5));
    assert!(!found.contains(&6));
}

#[test]
fn exclusions_alone_find_all_other_entries() {
    assert_eq!(ids(&sample(), "-Kamera").len(), 6);
}

#[test]
fn alternatives_are_both_found() {
    let found = ids(&sample(), "Baumkataster oder Stadtbus");

    assert!(found.contains(&4) && found.contains(&2));
}

#[test]
fn words_of_phrases_are_required() {
    assert_eq!(ids(&sample(), "\"freie Parkplätze\""), [1]);
    assert!(ids(&sample(), "\"freie Kreuzung\"").is_empty());
}

#[test]
fn nonsense_finds_nothing() {
    assert!(ids(&sample(), "qzxv wblorp").is_empty());
    assert!(ids(&sample(), "").is_empty());
}

#[test]
fn municipalities_follow_other_entries_unless_named() {
    let index = sample();
    let first = |text| search_in(&index, text, None).hits.first().map(|hit| hit.id);

    assert_eq!(first("Jena"), Some(7));
    assert_eq!(first("Stadt Kennzahlen"), Some(3));
}

#[test]
fn regions_find_entries_of_their_municipalities() {
    let index =
        index(&[(1, SOLUTION, "Sensoren|Konstanz|Messung am Ufer"), (2, SOLUTION, "Sensoren|Kiel|Messung am Ufer")]);

    assert_eq!(ids(&index, "Sensoren Bodensee").first(), Some(&1));
}

#[test]
fn titles_equal_to_the_query_come_first() {
    let index = index(&[(1, SOLUTION, "Digitaler Marktplatz Nord||"), (2, SOLUTION, "Digitaler Marktplatz||")]);

    assert_eq!(ids(&index, "Digitaler Marktplatz"), [2, 1]);
}

#[test]
fn removed_documents_are_not_found() {
    let mut index = sample();

    assert!(index.remove(4));
    assert!(!index.remove(4));
    assert!(ids(&index, "Baumkataster").is_empty());
    assert_eq!(index.documents.removed, 1);
}

#[test]
fn replaced_documents_have_only_their_new_words() {
    let mut index = sample();
    index.insert(&document(4, SOLUTION, "Grünflächen|Bamberg|"));

    assert!(ids(&index, "Baumarten").is_empty());
    assert_eq!(ids(&index, "Grünflächen"), [4]);
}

#[test]
fn compaction_keeps_all_documents() {
    let mut index = sample();
    for _ in 0..2_500 {
        index.insert(&document(9, SOLUTION, "Zisterne|Hannover|"));
    }

    assert_eq!(ids(&index, "Zisterne"), [9]);
    assert_eq!(ids(&index, "Baumkataster"), [4]);
    assert!(index.documents.stored.len() < 2_000);
}

#[test]
fn long_queries_keep_the_rarest_words() {
    let filler: Vec<String> = (0..30).map(|number| format!("wort{number}")).collect();
    let ranked = search_in(&sample(), &format!("{} Baumkataster", filler.join(" ")), Some(SOLUTION));

    assert!(ranked.is_truncated);
    assert!(ranked.hits.iter().any(|hit| hit.id == 4));
}

#[test]
fn words_of_equal_rarity_are_not_all_left_out() {
    let word = |number: u8| char::from(b'a' + number % 26).to_string().repeat(5 + usize::from(number / 26));
    let words: Vec<String> = (0..30).map(word).collect();
    let text = words.join(" ");

    assert_eq!(ids(&index(&[(1, SOLUTION, &text)]), &text), [1]);
}

#[test]
fn similar_entries_share_words() {
    let similar = sample().similar(5);

    assert_eq!(similar.first().map(|entry| entry.id), Some(6));
    assert!(similar.first().is_some_and(|entry| entry.shared_words.contains(&"verkehrsmessung".to_owned())));
    assert!(similar.iter().all(|entry| entry.id != 5 && entry.id != 7));
}

#[test]
fn federal_states_find_all_their_entries() {
    let mut index = Index::default();
    for (id, text, state) in [(1, "Stadtbus|Ulm|", "DE-BW"), (2, "Stadtbus|Jena|", "DE-TH"), (3, "Bus|Gera|", "DE-TH")]
    {
        index.insert(&Document { states: vec![state.to_owned()], ..document(id, SOLUTION, text) });
    }
    index.insert(&Document { states: vec!["DE-ST".to_owned()], ..document(4, SOLUTION, "Stadtbus|Halle|") });
    index.insert(&Document { states: vec!["DE-SN".to_owned()], ..document(5, SOLUTION, "Stadtbus|Leipzig|") });

    assert_eq!(ids(&index, "Stadtbus in Baden-Württemberg")[..1], [1]);
    let found = search_in(&index, "Thüringen", Some(SOLUTION)).hits;
    assert!(found.len() == 2 && found.iter().all(|hit| hit.tier == Tier::AllWords));
    assert_eq!(ids(&index, "Sachsen-Anhalt"), [4]);
}
