//! The network of municipalities, and the statistics.

use std::collections::HashSet;

use serde_json::{Value, json};
use tests::{RESOURCES, SharedApp};

#[tokio::test]
async fn every_edge_connects_two_listed_nodes() {
    let app = SharedApp::with_examples();

    let network = app.anonymous().get("/v1/network").await.json();

    let ids: HashSet<&str> = array(&network, "nodes").iter().map(|node| node["id"].as_str().unwrap()).collect();
    let edges = array(&network, "edges");
    assert!(edges.len() > 250 && ids.len() > 150, "{} {}", edges.len(), ids.len());
    for edge in edges {
        assert!(ids.contains(edge["source"].as_str().unwrap()) && ids.contains(edge["target"].as_str().unwrap()));
        assert_ne!(edge["source"], edge["target"]);
        assert_eq!(edge["count"], array(edge, "through").len());
    }
    let counted: i64 = array(&network, "kinds").iter().map(|kind| kind["count"].as_i64().unwrap()).sum();
    assert_eq!(counted, i64::try_from(edges.len()).unwrap());
    assert_eq!(array(&network, "kinds").len(), 5);
}

#[tokio::test]
async fn edges_connect_municipalities_by_shared_projects_and_transfers() {
    let app = SharedApp::with_examples();
    let edges = async |query: &str| -> Vec<(String, Vec<String>)> {
        let network = app.anonymous().get(&format!("/v1/network?{query}")).await.json();
        let name = |id: &Value| {
            let node = array(&network, "nodes").iter().find(|node| node["id"] == *id).unwrap().clone();
            node["slug"].as_str().unwrap().to_owned()
        };
        let edge = |edge: &Value| {
            (edge["kind"].as_str().unwrap().to_owned(), vec![name(&edge["source"]), name(&edge["target"])])
        };
        array(&network, "edges").iter().map(edge).collect()
    };

    let shared = edges("municipality=leipzig&kind=shared_project").await;
    let transfers = edges("kind=transfer&municipality=hamburg").await;
    let adoption = edges("kind=transfer&municipality=ulm").await;

    assert_eq!(shared.len(), 2);
    assert!(shared.iter().all(|(_, ends)| ends.contains(&"leipzig".to_owned())));
    for receiver in ["leipzig", "muenchen"] {
        assert!(
            transfers.contains(&("transfer".to_owned(), vec!["hamburg".to_owned(), receiver.to_owned()])),
            "{transfers:?}"
        );
    }
    assert!(adoption.contains(&("transfer".to_owned(), vec!["solingen".to_owned(), "ulm".to_owned()])), "{adoption:?}");
    let (themed, all) = (edges("theme=digital-twin").await.len(), edges("").await.len());
    assert!(themed > 0 && themed < all);
    assert!(edges("federal_state=DE-SL").await.len() < edges("federal_state=DE-SL&federal_state=DE-NW").await.len());
    assert_eq!(app.anonymous().get("/v1/network?municipality=atlantis").await.problem(), "invalid-parameters");
}

#[tokio::test]
async fn the_network_is_exported_as_graphml() {
    let app = SharedApp::first_content();
    let json = app.anonymous().get("/v1/network").await;

    let graph = app.anonymous().get("/v1/network?format=graphml").await;

    assert_eq!(graph.header("content-type"), "application/graphml+xml");
    assert!(json.header("link").contains("format=graphml>; rel=\"alternate\"; type=\"application/graphml+xml\""));
    let mut reader = quick_xml::Reader::from_reader(graph.body.as_slice());
    let text = graph.text();
    assert!(
        text.contains("edgedefault=\"directed\"") && !text.contains("directed=\"false\""),
        "every edge is directed"
    );
    let symmetric = array(&json.json(), "edges")
        .iter()
        .filter(|edge| !["membership", "transfer"].contains(&edge["kind"].as_str().unwrap()))
        .count();
    assert!(symmetric > 0);
    assert_eq!(text.matches("<data key=\"symmetric\">true</data>").count(), symmetric);
    let (mut nodes, mut edges, mut keys, mut used) = (0, 0, HashSet::new(), HashSet::new());
    loop {
        let attribute = |tag: &quick_xml::events::BytesStart<'_>, name: &str| {
            let value = tag.try_get_attribute(name).unwrap().unwrap().value.into_owned();
            String::from_utf8(value).unwrap()
        };
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Empty(tag) => drop(keys.insert(attribute(&tag, "id"))),
            quick_xml::events::Event::Start(tag) => match tag.name().as_ref() {
                b"node" => nodes += 1,
                b"edge" => edges += 1,
                b"data" => drop(used.insert(attribute(&tag, "key"))),
                _ => {}
            },
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!((nodes, edges), (array(&json.json(), "nodes").len(), array(&json.json(), "edges").len()));
    assert_eq!(keys, used, "the declared keys are those in use");
}

#[tokio::test]
async fn statistics_match_the_totals_of_the_lists() {
    let app = SharedApp::with_examples();

    let numbers = app.anonymous().get("/v1/statistics").await.json();

    for list in RESOURCES {
        let total = app.anonymous().get(&format!("/v1/{list}?limit=1")).await.json()["total"].clone();
        assert_eq!(numbers[list.replace('-', "_")], total, "{list}");
    }
    let total = async |path: &str| app.anonymous().get(path).await.json()["total"].clone();
    assert_eq!(numbers["funded_municipalities"], total("/v1/municipalities?funded=true&limit=1").await);
    assert_eq!(numbers["open_source_solutions"], total("/v1/solutions?openness=open_source&limit=1").await);
    assert_eq!((&numbers["adoptions"], &numbers["discontinued_examples"]), (&json!(22), &json!(8)));
    assert_eq!(numbers["upcoming_events"], total("/v1/events?upcoming=true&limit=1").await);
    let states = app.anonymous().get("/v1/projects?facets=federal_state&limit=1").await.json();
    assert_eq!(numbers["federal_states"], array(&states["facets"], "federal_state").len());
}

/// Returns an array member of an object.
fn array<'a>(value: &'a Value, member: &str) -> &'a Vec<Value> {
    value[member].as_array().unwrap()
}
