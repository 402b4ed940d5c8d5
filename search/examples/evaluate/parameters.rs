//! Parameters given as arguments.

use search::Parameters;

use crate::AnyError;

/// Returns the default parameters with the settings `name=value`.
pub(crate) fn parameters(settings: &[String]) -> Result<Parameters, AnyError> {
    let mut parameters = Parameters::default();
    for setting in settings {
        let (name, value) = setting.split_once('=').ok_or("name=value")?;
        let value: f32 = value.parse()?;
        let Parameters { classes: [title, names, summary, text], .. } = &mut parameters;
        let slot = match name {
            "title_class" => title,
            "names_class" => names,
            "summary_class" => summary,
            "text_class" => text,
            "further_class" => &mut parameters.further_class,
            "repetition" => &mut parameters.repetition,
            "length" => &mut parameters.length,
            "stem" => &mut parameters.stem,
            "root" => &mut parameters.root,
            "compound" => &mut parameters.compound,
            "correction" => &mut parameters.correction,
            "components" => &mut parameters.components,
            "component" => &mut parameters.component,
            _ => further_parameter(&mut parameters, name)?,
        };
        *slot = value;
    }
    Ok(parameters)
}

fn further_parameter<'a>(parameters: &'a mut Parameters, name: &str) -> Result<&'a mut f32, AnyError> {
    Ok(match name {
        "synonym" => &mut parameters.synonym,
        "narrower" => &mut parameters.narrower,
        "broader" => &mut parameters.broader,
        "region" => &mut parameters.region,
        "filler" => &mut parameters.filler,
        "unknown" => &mut parameters.unknown,
        "coverage" => &mut parameters.coverage,
        "some_words" => &mut parameters.some_words,
        "floor" => &mut parameters.floor,
        "partial" => &mut parameters.partial,
        "similarity" => &mut parameters.similarity,
        "ngrams" => &mut parameters.ngrams,
        "title" => &mut parameters.title,
        "prior" => &mut parameters.prior,
        "municipality" => &mut parameters.municipality,
        _ => return Err(format!("no parameter {name}").into()),
    })
}
