//! Generated solutions, as NDJSON that `transferatlas import` accepts. Equal numbers give equal files.

mod words;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use self::words::Subject;
use crate::Random;

pub use self::words::{Municipality, Words};

/// Seed of the generated solutions.
const SEED: u64 = 0x7472_616e_7366_6572;

const KINDS: [&str; 8] = ["software", "service", "hardware", "process", "data", "strategy", "organisation", "training"];
const STATUS: [&str; 5] = ["operational", "pilot", "planned", "in_progress", "completed"];
const PHASES: [&str; 5] = ["pilot", "ideation", "prototype", "transfer", "consolidation"];
const OPENNESS: [&str; 5] = ["open_source", "open_data", "open_concept", "partly", "proprietary"];
const SCOPES: [&str; 5] = ["citywide", "neighbourhood", "district", "rural", "city_region"];
const OPERATORS: [&str; 5] =
    ["municipality", "municipal_company", "inter_municipal", "public_it_provider", "private_provider"];

/// Writes `count` solutions into a file, one at a time.
pub fn write(file: &Path, count: usize) -> Result<()> {
    let words = Words::read()?;
    let mut random = Random::new(SEED);
    let mut out = BufWriter::new(File::create(file).with_context(|| format!("{} cannot be written", file.display()))?);
    for number in 0..count {
        serde_json::to_writer(&mut out, &solution(number, &words, &mut random))?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

fn solution(number: usize, words: &Words, random: &mut Random) -> Value {
    let towns = &words.municipalities;
    let home = random.early(towns);
    let place = home.map_or("", |home| &home.name).to_owned();
    let subject = Subject { thing: words.thing(random), topic: random.pick(&words.topics).to_owned(), place };
    let mut entry = Map::new();
    entry.insert("slug".to_owned(), json!(format!("generated-{number:07}")));
    entry.insert("title".to_owned(), json!({ "de": words.title(&subject, random) }));
    add_texts(&mut entry, &subject, words, random);
    add_values(&mut entry, random);
    let mut providers: Vec<&str> = home.iter().map(AsRef::as_ref).collect();
    if random.chance(15) {
        providers.push(random.pick_early(towns));
        providers.dedup();
    }
    let count = if random.chance(45) { 1 } else { usize::from(random.chance(20)) * 2 };
    entry.insert("projects".to_owned(), json!(random.pick_several(&words.projects, count)));
    entry.insert("providers".to_owned(), json!(providers));
    let count = 1 + random.below(3);
    entry.insert("themes".to_owned(), json!(random.pick_several(&words.themes, count)));
    add_lists(&mut entry, number, words, random);
    Value::Object(entry)
}

fn add_texts(entry: &mut Map<String, Value>, subject: &Subject, words: &Words, random: &mut Random) {
    entry.insert("summary".to_owned(), json!({ "de": words.text(subject, 2, random) }));
    if random.chance(60) {
        let count = 3 + random.below(5);
        entry.insert("description".to_owned(), json!({ "de": words.text(subject, count, random) }));
    }
    if random.chance(40) {
        entry.insert("challenge".to_owned(), json!({ "de": words.challenge(subject, random) }));
    }
}

fn add_values(entry: &mut Map<String, Value>, random: &mut Random) {
    entry.insert("kind".to_owned(), json!(random.pick_early(&KINDS)));
    if random.chance(76) {
        entry.insert("status".to_owned(), json!(random.pick_early(&STATUS)));
    }
    if random.chance(40) {
        entry.insert("scaling_phase".to_owned(), json!(random.pick_early(&PHASES)));
    }
    if random.chance(30) {
        entry.insert("openness".to_owned(), json!(random.pick_early(&OPENNESS)));
    }
    if random.chance(15) {
        entry.insert("licence".to_owned(), json!("EUPL-1.2"));
    }
    if random.chance(30) {
        entry.insert("operator_model".to_owned(), json!(random.pick_early(&OPERATORS)));
    }
    if random.chance(20) {
        let least = 1000 * (1 + random.below(50));
        let costs = json!({ "one_off_min": least, "one_off_max": 2 * least, "currency": "EUR", "basis": "estimate" });
        entry.insert("costs".to_owned(), costs);
    }
    if random.chance(50) {
        let day = format!("2025-{:02}-{:02}", 1 + random.below(12), 1 + random.below(28));
        entry.insert("last_confirmed_on".to_owned(), json!(day));
    }
}

fn add_lists(entry: &mut Map<String, Value>, number: usize, words: &Words, random: &mut Random) {
    let count = random.below(3);
    entry.insert("spatial_scope".to_owned(), json!(random.pick_several(&SCOPES, count)));
    let count = random.below(4);
    entry.insert("technologies".to_owned(), json!(random.pick_several(&words.technologies, count)));
    if random.chance(25) {
        let text = json!({ "de": "Eine Ansprechperson in der Verwaltung." });
        entry.insert("prerequisites".to_owned(), json!([{ "kind": "staff", "text": text, "mandatory": true }]));
    }
    if random.chance(40) {
        let function = random.pick(&words.functions);
        entry.insert("contacts".to_owned(), json!([{ "function": function, "email": "smart-city@example.org" }]));
    }
    let count = 1 + random.below(2);
    let sources: Vec<_> = (0..count).map(|source| format!("https://example.org/berichte/{number}/{source}")).collect();
    entry.insert("sources".to_owned(), json!(sources));
}
