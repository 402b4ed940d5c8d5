//! Words, themes, projects and municipalities of which solutions are composed.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::Random;

const WORDS: &str = include_str!("../../fixtures/solution_words.json");
const THEMES: &str = include_str!("../../../api/seed/themes.json");
const PROJECTS: &str = include_str!("../../../api/seed/projects.json");
const MUNICIPALITIES: &str = include_str!("../../../api/seed/municipalities.csv");

/// A municipality of the register.
pub struct Municipality {
    /// Official key.
    pub ags: String,
    /// Name.
    pub name: String,
    population: u32,
}

impl AsRef<str> for Municipality {
    fn as_ref(&self) -> &str {
        &self.ags
    }
}

/// Words and keys of which solutions are composed.
pub struct Words {
    /// Nouns that occur alone.
    pub topics: Vec<String>,
    firsts: Vec<String>,
    seconds: Vec<String>,
    audiences: Vec<String>,
    sentences: Vec<String>,
    challenges: Vec<String>,
    /// Names of technologies.
    pub technologies: Vec<String>,
    /// Names of offices.
    pub functions: Vec<String>,
    /// Slugs of the themes.
    pub themes: Vec<String>,
    /// Slugs of the projects.
    pub projects: Vec<String>,
    /// Municipalities, the largest first.
    pub municipalities: Vec<Municipality>,
}

impl Words {
    /// Reads the words from the sources of this program. Fails if one of them has another form.
    pub fn read() -> Result<Self> {
        let words: Value = serde_json::from_str(WORDS)?;
        let list = |name: &str| -> Result<Vec<String>> {
            let items = words.get(name).and_then(Value::as_array).with_context(|| format!("no words {name}"))?;
            Ok(items.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        };
        Ok(Self {
            topics: list("topics")?,
            firsts: list("firsts")?,
            seconds: list("seconds")?,
            audiences: list("audiences")?,
            sentences: list("sentences")?,
            challenges: list("challenges")?,
            technologies: list("technologies")?,
            functions: list("functions")?,
            themes: slugs(THEMES)?,
            projects: slugs(PROJECTS)?,
            municipalities: municipalities()?,
        })
    }

    /// Returns a compound noun, such as `Verkehrsportal`.
    pub fn thing(&self, random: &mut Random) -> String {
        format!("{}{}", random.pick(&self.firsts), random.pick(&self.seconds))
    }

    /// Returns a title of a solution.
    pub fn title(&self, subject: &Subject, random: &mut Random) -> String {
        let Subject { thing, topic, place } = subject;
        match random.below(4) {
            0 => format!("{thing} {place}"),
            1 => format!("{thing} für {}", random.pick(&self.audiences)),
            2 => format!("{topic}: {thing} in {place}"),
            _ => format!("{thing} {topic}"),
        }
    }

    /// Returns a text of some sentences.
    pub fn text(&self, subject: &Subject, count: usize, random: &mut Random) -> String {
        let sentences = random.pick_several(&self.sentences, count);
        let filled: Vec<_> = sentences.iter().map(|sentence| self.fill(sentence, subject, random)).collect();
        filled.join(" ")
    }

    /// Returns the description of a challenge.
    pub fn challenge(&self, subject: &Subject, random: &mut Random) -> String {
        let sentence = random.pick(&self.challenges);
        self.fill(sentence, subject, random)
    }

    fn fill(&self, sentence: &str, subject: &Subject, random: &mut Random) -> String {
        let filled = sentence.replace("{thing}", &subject.thing).replace("{topic}", &subject.topic);
        let filled = filled.replace("{place}", &subject.place).replace("{other}", random.pick(&self.topics));
        let filled = filled.replace("{audience}", random.pick(&self.audiences));
        filled.replace("{number}", &(10 + random.below(90)).to_string())
    }
}

/// Subject of the texts of one solution.
pub struct Subject {
    /// Compound noun that names the solution.
    pub thing: String,
    /// Topic.
    pub topic: String,
    /// Name of a municipality.
    pub place: String,
}

fn slugs(entries: &str) -> Result<Vec<String>> {
    let entries: Vec<Value> = serde_json::from_str(entries)?;
    Ok(entries.iter().filter_map(|entry| entry.get("slug")?.as_str()).map(str::to_owned).collect())
}

fn municipalities() -> Result<Vec<Municipality>> {
    let mut lines = MUNICIPALITIES.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let column = |name: &str| header.iter().position(|column| *column == name).context("a column of the register");
    let (ags, name, population) = (column("ags")?, column("title.de")?, column("population")?);
    // A name in quotation marks may contain a comma.
    let cells = lines.filter(|line| !line.contains('"')).map(|line| line.split(',').collect::<Vec<_>>());
    let mut found: Vec<Municipality> = cells
        .filter_map(|cells| {
            let population = cells.get(population)?.parse().ok()?;
            Some(Municipality { ags: (*cells.get(ags)?).to_owned(), name: (*cells.get(name)?).to_owned(), population })
        })
        .collect();
    found.sort_by_key(|municipality| std::cmp::Reverse(municipality.population));
    Ok(found)
}
