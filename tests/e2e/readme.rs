//! The README's examples answer what it prints.

use tests::App;

const README: &str = include_str!("../../README.md");

#[tokio::test]
async fn every_example_answers_what_is_printed() {
    let app = App::start();
    let block = README.split("## Sixteen things to ask").nth(1).unwrap().split("```").nth(1).unwrap();

    let mut examples = 0;
    for example in block.split("curl ").skip(1) {
        let path = example.split("http://127.0.0.1:8080").nth(1).unwrap().split('\'').next().unwrap();
        let printed = example.lines().find_map(|line| line.strip_prefix("# ")).unwrap();
        let answer = app.anonymous().get(path).await.text();

        examples += 1;
        let answer = if example.contains("| wc -l") { answer.lines().count().to_string() } else { answer };
        let mut rest = answer.as_str();
        for piece in printed.split('…').map(str::trim) {
            let at = rest.find(piece).unwrap_or_else(|| panic!("{path} does not answer {piece}"));
            rest = &rest[at + piece.len()..];
        }
    }
    assert_eq!(examples, 17);
}
