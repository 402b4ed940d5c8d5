//! Measures the ranking with queries that have judgements, over a dump of search documents:
//! `evaluate documents.ndjson words.tsv [--copies N] [--worst N] [--set name=value] queries.json…`
//!
//! `psql` writes the dump of a database with the output of these statements:
//!
//! ```sql
//! select json_build_object('id', entry_id, 'resource', resource, 'slug', slug, 'label', label, 'prior', prior, 'words',
//!            (select json_agg(json_build_array(lexeme, array_to_string(weights, ''), to_json(positions))) from unnest(words)))
//!   from search_document;
//! select distinct word, german, english from search_word;
//! ```
#![expect(clippy::print_stdout, reason = "prints the figures")]

mod directory;
mod parameters;

use std::error::Error;
use std::time::Instant;

use search::Tier;
use serde_json::Value;

use crate::directory::Directory;
use crate::parameters::parameters;

type AnyError = Box<dyn Error>;

#[derive(Default)]
struct Arguments {
    files: Vec<String>,
    copies: u128,
    worst: usize,
    settings: Vec<String>,
}

#[derive(Default)]
struct Figures {
    kind: String,
    text: String,
    found: Vec<String>,
    success: f64,
    ndcg: f64,
    mrr: f64,
    is_empty: bool,
}

fn main() -> Result<(), AnyError> {
    let arguments = arguments()?;
    let [documents, words, queries @ ..] = arguments.files.as_slice() else { return Err("files missing".into()) };
    let started = Instant::now();
    let mut directory = Directory::read(documents, words, arguments.copies.max(1))?;
    directory.index.set_parameters(parameters(&arguments.settings)?);
    println!(
        "{} documents, {} words, {:.1} MiB, read in {:.1} s",
        directory.index.len(),
        directory.index.words(),
        mebibytes(directory.index.memory()),
        started.elapsed().as_secs_f64()
    );
    for file in queries {
        let entries: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(file)?)?;
        if entries.iter().any(|entry| entry.get("judged").is_some()) {
            graded(&mut directory, &entries, arguments.worst);
        } else {
            expected(&mut directory, &entries);
        }
    }
    nothing(&mut directory);
    Ok(())
}

fn arguments() -> Result<Arguments, AnyError> {
    let mut read = Arguments::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or("value missing");
        match &*argument {
            "--copies" => read.copies = value()?.parse()?,
            "--worst" => read.worst = value()?.parse()?,
            "--set" => read.settings.push(value()?),
            _ => read.files.push(argument),
        }
    }
    Ok(read)
}

fn text<'a>(entry: &'a Value, name: &str) -> &'a str {
    entry.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn graded(directory: &mut Directory, entries: &[Value], worst: usize) {
    let mut times = Vec::new();
    let mut rows: Vec<Figures> = Vec::new();
    for entry in entries {
        let (found, _) = directory.search(text(entry, "q"), text(entry, "resource"));
        for _ in 0..5 {
            times.push(directory.search(text(entry, "q"), text(entry, "resource")).1);
        }
        rows.push(figures(entry, found.into_iter().map(|hit| hit.0).collect()));
    }
    println!("| kind | n | success@5 | nDCG@10 | MRR | no result |\n| --- | --- | --- | --- | --- | --- |");
    let mut kinds: Vec<String> = rows.iter().map(|row| row.kind.clone()).collect();
    kinds.dedup();
    kinds.push("all".to_owned());
    for kind in kinds {
        let part: Vec<&Figures> = rows.iter().filter(|row| kind == "all" || row.kind == kind).collect();
        let mean = |value: &dyn Fn(&Figures) -> f64| part.iter().map(|row| value(row)).sum::<f64>() / count(part.len());
        println!(
            "| {kind} | {} | {:.2} | {:.3} | {:.3} | {:.2} |",
            part.len(),
            mean(&|row| row.success),
            mean(&|row| row.ndcg),
            mean(&|row| row.mrr),
            mean(&|row| f64::from(u8::from(row.is_empty)))
        );
    }
    print_times(&mut times);
    rows.sort_by(|a, b| a.ndcg.total_cmp(&b.ndcg));
    for row in rows.iter().take(worst) {
        let first: Vec<_> = row.found.iter().take(6).map(String::as_str).collect();
        println!("{:.3} {:.0} [{}] {} -> {}", row.ndcg, row.success, row.kind, row.text, first.join(", "));
    }
}

fn figures(entry: &Value, found: Vec<String>) -> Figures {
    let judged = entry.get("judged").and_then(Value::as_object).cloned().unwrap_or_default();
    let grade = |slug: &String| judged.get(slug).and_then(Value::as_u64).unwrap_or(0);
    let grades: Vec<u64> = found.iter().take(10).map(grade).collect();
    let mut ideal: Vec<u64> = judged.values().filter_map(Value::as_u64).collect();
    ideal.sort_unstable_by(|a, b| b.cmp(a));
    ideal.truncate(10);
    let first = grades.iter().position(|grade| *grade == 2).map(|position| position + 1);
    Figures {
        kind: text(entry, "kind").to_owned(),
        text: text(entry, "q").to_owned(),
        success: f64::from(u8::from(first.is_some_and(|first| first <= 5))),
        ndcg: gain(&grades) / gain(&ideal).max(f64::EPSILON),
        mrr: first.map_or(0.0, |first| 1.0 / count(first)),
        is_empty: found.is_empty(),
        found,
    }
}

fn gain(grades: &[u64]) -> f64 {
    let gains = [0.0, 1.0, 3.0];
    let gain = |grade: u64| usize::try_from(grade).ok().and_then(|grade| gains.get(grade)).copied().unwrap_or(0.0);
    grades.iter().enumerate().map(|(index, grade)| gain(*grade) / count(index + 2).log2()).sum()
}

fn expected(directory: &mut Directory, entries: &[Value]) {
    let mut passed = 0;
    for entry in entries {
        let (found, _) = directory.search(text(entry, "q"), text(entry, "resource"));
        let within = entry.get("within").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok()).unwrap_or(5);
        let slugs: Vec<&str> =
            entry.get("expect").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        if found.iter().take(within).any(|(slug, _)| slugs.contains(&&**slug)) {
            passed += 1;
        } else {
            let first: Vec<_> = found.iter().take(5).map(|hit| &*hit.0).collect();
            println!("not found: {} -> {}", text(entry, "q"), first.join(", "));
        }
    }
    println!("expected entries: {passed} of {}", entries.len());
}

fn nothing(directory: &mut Directory) {
    let (mut shown, mut similar, mut total) = (0, 0, 0);
    for query in include_str!("nothing.txt").lines() {
        let (found, _) = directory.search(query, "search");
        let strong: Vec<_> = found.iter().filter(|hit| hit.1 != Tier::Similar).collect();
        total += 1;
        shown += usize::from(!strong.is_empty());
        similar += usize::from(!found.is_empty());
        if let Some(first) = strong.first() {
            println!("shown for {query}: {} of {}, {first:?}", strong.len(), found.len());
        }
    }
    println!("nothing to find: {total} queries, {shown} with matching words, {similar} with any result");
}

fn print_times(times: &mut [f64]) {
    times.sort_by(f64::total_cmp);
    let at = |share: usize| {
        times.get((times.len() * share / 100).min(times.len().saturating_sub(1))).copied().unwrap_or(0.0)
    };
    println!("latency: median {:.2} ms, p95 {:.2} ms, worst {:.2} ms", at(50), at(95), at(100));
}

#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn count(value: usize) -> f64 {
    value as f64
}

#[expect(clippy::cast_precision_loss, reason = "rounded for display")]
fn mebibytes(bytes: usize) -> f64 {
    bytes as f64 / 1_048_576.0
}
